static __always_inline void store_wire56(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire48(b, v);
	b[6] = WIRE_REST(v, 6, 1, 8);
}
