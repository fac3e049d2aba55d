/* Unsigned saturating subtraction. */
static __always_inline __u64 int_sat_sub(__u64 a, __u64 b)
{
	return a > b ? a - b : 0;
}
