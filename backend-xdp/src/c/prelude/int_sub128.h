/* As int_add128. */
static __always_inline __u128 int_sub128(__u128 a, __u128 b)
{
	__u64 x = a, y = b, low = x - y;
	__u64 high = (__u64)(a >> 64) - (__u64)(b >> 64) - int_borrow(x, y, low);

	return (__u128)high << 64 | low;
}
