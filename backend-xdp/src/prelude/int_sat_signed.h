/* Signed saturating arithmetic on numbers of width bits. */
static __always_inline __u64 int_clamp(__u64 exact, bool overflow, bool negative, __u32 width)
{
	__s64 most = (1ULL << (width - 1)) - 1, least = -most - 1;

	if (overflow)
		return negative ? least : most;
	if ((__s64)exact > most)
		return most;
	return (__s64)exact < least ? least : exact;
}

static __always_inline __u64 int_sat_adds(__s64 a, __s64 b, __u32 width)
{
	__u64 sum = (__u64)a + (__u64)b;

	return int_clamp(sum, (__s64)((sum ^ a) & (sum ^ b)) < 0, a < 0, width);
}

static __always_inline __u64 int_sat_subs(__s64 a, __s64 b, __u32 width)
{
	__u64 rest = (__u64)a - (__u64)b;

	return int_clamp(rest, (__s64)((a ^ b) & (rest ^ a)) < 0, a < 0, width);
}
