/*
 * Bob Jenkins' lookup3 (hashlittle) with initial value 0, of at most twelve bytes
 * in three little-endian words; what there is no byte of is zero.
 */
static __always_inline __u32 lookup3(__u32 length, __u32 a, __u32 b, __u32 c)
{
	__u32 start = 0xdeadbeef + length;

	a += start;
	b += start;
	c += start;
	if (!length)
		return c;
	c = (c ^ b) - (b << 14 | b >> 18);
	a = (a ^ c) - (c << 11 | c >> 21);
	b = (b ^ a) - (a << 25 | a >> 7);
	c = (c ^ b) - (b << 16 | b >> 16);
	a = (a ^ c) - (c << 4 | c >> 28);
	b = (b ^ a) - (a << 14 | a >> 18);
	return (c ^ b) - (b << 24 | b >> 8);
}
