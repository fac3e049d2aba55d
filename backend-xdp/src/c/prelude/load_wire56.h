static __always_inline __be64 load_wire56(const void *p)
{
	return load_wire48(p) | WIRE_PART(((const __u8 *)p)[6], 6, 1, 8);
}
