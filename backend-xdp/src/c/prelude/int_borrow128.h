/* What a - b has to borrow, in the lowest bit. */
static __always_inline __u64 int_borrow128(__u128 a, __u128 b)
{
	__u64 x = a >> 64, y = b >> 64;

	return int_borrow(x, y, x - y - int_borrow(a, b, (__u64)a - (__u64)b));
}
