static __always_inline __u64 int_sat_adds(__s64 a, __s64 b, __u32 width)
{
	__u64 sum = (__u64)a + (__u64)b;

	return int_clamp(sum, (__s64)((sum ^ a) & (sum ^ b)) < 0, a < 0, width);
}
