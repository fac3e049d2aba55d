static __always_inline __be64 load_wire40(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire32(b), 0, 4, 8) | WIRE_PART(b[4], 4, 1, 8);
}

static __always_inline void store_wire40(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire32(b, WIRE_REST(v, 0, 4, 8));
	b[4] = WIRE_REST(v, 4, 1, 8);
}
