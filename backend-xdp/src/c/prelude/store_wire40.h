static __always_inline void store_wire40(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire32(b, WIRE_REST(v, 0, 4, 8));
	b[4] = WIRE_REST(v, 4, 1, 8);
}
