/* a < b, without a jump. */
static __always_inline bool int_less128(__u128 a, __u128 b)
{
	__u64 less = int_borrow128(a, b);

	barrier_var(less);
	return less & 1;
}
