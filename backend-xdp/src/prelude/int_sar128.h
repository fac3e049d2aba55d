static __always_inline __u128 int_sar128(__u128 a, __u64 n)
{
	__s64 high = a >> 64;
	__u64 low = a;

	if (n >= 64) {
		low = high >> (n < 128 ? n - 64 : 63);
		high >>= 63;
		return (__u128)(__u64)high << 64 | low;
	}
	if (n)
		low = low >> n | (__u64)high << (64 - n);
	return (__u128)(__u64)(high >> n) << 64 | low;
}
