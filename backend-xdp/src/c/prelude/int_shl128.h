/* Shifts by variable amounts, without a jump: clang would call a library. */
static __always_inline __u128 int_shl128(__u128 a, __u64 n)
{
	__u64 high = a >> 64, low = a, by = n & 63;
	__u64 far = int_beyond_word(n), kept = ~int_beyond(n);

	high = high << by | low >> 1 >> (63 - by);
	low <<= by;
	high = (high & ~far) | (low & far);
	return (__u128)(high & kept) << 64 | (low & ~far & kept);
}
