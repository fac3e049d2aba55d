/* a >= b, without a jump. */
static __always_inline bool int_least128(__u128 a, __u128 b)
{
	__u64 least = ~int_borrow128(a, b);

	barrier_var(least);
	return least & 1;
}
