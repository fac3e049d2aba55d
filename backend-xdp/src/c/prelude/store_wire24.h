static __always_inline void store_wire24(void *p, __be32 v)
{
	__u8 *b = p;

	store_wire16(b, WIRE_REST(v, 0, 2, 4));
	b[2] = WIRE_REST(v, 2, 1, 4);
}
