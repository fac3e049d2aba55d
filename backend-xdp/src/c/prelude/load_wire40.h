static __always_inline __be64 load_wire40(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire32(b), 0, 4, 8) | WIRE_PART(b[4], 4, 1, 8);
}
