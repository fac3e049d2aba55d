/* Shifts by variable amounts: clang would call a library. */
static __always_inline __u128 int_shl128(__u128 a, __u64 n)
{
	__u64 high = a >> 64, low = a;

	if (n >= 128)
		return 0;
	if (n >= 64)
		return (__u128)(low << (n - 64)) << 64;
	if (n)
		high = high << n | low >> (64 - n);
	return (__u128)high << 64 | low << n;
}
