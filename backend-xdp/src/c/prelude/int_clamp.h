/* For signed saturating arithmetic on numbers of width bits. */
static __always_inline __u64 int_clamp(__u64 exact, bool overflow, bool negative, __u32 width)
{
	__s64 most = (1ULL << (width - 1)) - 1, least = -most - 1;

	if (overflow)
		return negative ? least : most;
	if ((__s64)exact > most)
		return most;
	return (__s64)exact < least ? least : exact;
}
