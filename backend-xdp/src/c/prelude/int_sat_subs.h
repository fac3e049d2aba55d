static __always_inline __u64 int_sat_subs(__s64 a, __s64 b, __u32 width)
{
	__u64 rest = (__u64)a - (__u64)b;

	return int_clamp(rest, (__s64)((a ^ b) & (rest ^ a)) < 0, a < 0, width);
}
