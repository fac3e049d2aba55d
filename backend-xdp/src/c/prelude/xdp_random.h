/* A random number from low to high. */
static __always_inline __u64 xdp_random(__u64 low, __u64 high)
{
	__u64 number = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32();

	if (high < low)
		return low;
	return high - low + 1 ? low + number % (high - low + 1) : number;
}
