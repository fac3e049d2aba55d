/* Unsigned saturating addition. */
static __always_inline __u64 int_sat_add(__u64 a, __u64 b, __u64 most)
{
	__u64 sum = a + b;

	return sum < a || sum > most ? most : sum;
}
