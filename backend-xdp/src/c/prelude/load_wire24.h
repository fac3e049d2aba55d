static __always_inline __be32 load_wire24(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire16(b), 0, 2, 4) | WIRE_PART(b[2], 2, 1, 4);
}
