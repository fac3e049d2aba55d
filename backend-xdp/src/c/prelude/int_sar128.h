/* What is shifted beyond the end is all sign. */
static __always_inline __u128 int_sar128(__u128 a, __u64 n)
{
	__u64 high = a >> 64, low = a, sign = (__s64)high >> 63, by, far;

	n |= int_beyond(n);
	by = n & 63;
	far = int_beyond_word(n);
	low = low >> by | high << 1 << (63 - by);
	high = (__s64)high >> by;
	low = (low & ~far) | (high & far);
	high = (high & ~far) | (sign & far);
	return (__u128)high << 64 | low;
}
