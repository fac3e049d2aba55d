/*
 * A row of 64 bits, of which the first at ones are there, with width more behind
 * them. What goes beyond its end is left out.
 */
static __always_inline __u64 bits_behind(__u64 row, __u32 at, __u64 value, __u32 width)
{
	if (at >= 64)
		return row;
	return row | (at + width <= 64 ? value << (64 - at - width) :
					 value >> (at + width - 64));
}

/* The bytes that are there, as a number. */
static __always_inline __u64 whole_bytes(__u64 row, __u32 bits)
{
	return bits > 56 ? row : row >> (64 - (bits + 7) / 8 * 8 & 63);
}
