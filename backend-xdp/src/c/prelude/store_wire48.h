static __always_inline void store_wire48(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire32(b, WIRE_REST(v, 0, 4, 8));
	store_wire16(b + 4, WIRE_REST(v, 4, 2, 8));
}
