static __always_inline __u128 int_shr128(__u128 a, __u64 n)
{
	__u64 high = a >> 64, low = a;

	if (n >= 128)
		return 0;
	if (n >= 64)
		return high >> (n - 64);
	if (n)
		low = low >> n | high << (64 - n);
	return (__u128)(high >> n) << 64 | low;
}
