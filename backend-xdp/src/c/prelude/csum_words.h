/* The same modulo 65535, in 33 bits. */
static __always_inline __u64 csum_words(__u64 value)
{
	return (value & 0xffffffff) + (value >> 32);
}
