static __always_inline __be64 load_wire48(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire32(b), 0, 4, 8) |
	       WIRE_PART(load_wire16(b + 4), 4, 2, 8);
}
