/* When an entry matched last, in the kernel's ticks, and how many nanoseconds it may be idle; 0 is for ever. */
struct xdp_idle {
	__u64 seen;
	__u64 timeout;
};

/* Takes note that the entry with this number matched: once a tick, so that processors share what they only read. */
static __always_inline void xdp_matched(void *cells, __u32 number)
{
	struct xdp_idle *cell = bpf_map_lookup_elem(cells, &number);
	__u64 now = bpf_jiffies64();

	if (cell && cell->seen != now)
		cell->seen = now;
}
