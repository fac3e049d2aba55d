/* The first bytes, eight at most, as a number; with zeros behind them. */
static __always_inline __u64 xdp_memory_first(const void *bytes, __u32 most, __u32 length)
{
	(void)most;
	return length ? bpf_be64_to_cpu(*(const __u64 *)bytes) >> (64 - 8 * length) : 0;
}
