/*
 * All ones if n is 128 or more, else 0: without a jump, which clang would make
 * of a truth that it sees.
 */
static __always_inline __u64 int_beyond(__u64 n)
{
	__u64 above = n >> 7;

	above |= -above;
	barrier_var(above);
	above = -(above >> 63);
	barrier_var(above);
	return above;
}

/* All ones if n is 64 or more, within 128, else 0. */
static __always_inline __u64 int_beyond_word(__u64 n)
{
	__u64 far = -(n >> 6 & 1);

	barrier_var(far);
	return far;
}
