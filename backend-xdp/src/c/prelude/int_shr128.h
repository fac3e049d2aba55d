static __always_inline __u128 int_shr128(__u128 a, __u64 n)
{
	__u64 high = a >> 64, low = a, by = n & 63;
	__u64 far = int_beyond_word(n), kept = ~int_beyond(n);

	low = low >> by | high << 1 << (63 - by);
	high >>= by;
	low = (low & ~far) | (high & far);
	return (__u128)(high & ~far & kept) << 64 | (low & kept);
}
