/* The exclusive or of the 16-bit words of a value. */
static __always_inline __u16 xor_words(__u64 value)
{
	value ^= value >> 32;
	return value ^ value >> 16;
}
