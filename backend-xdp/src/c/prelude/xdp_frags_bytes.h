/* Bytes of a packet with fragments that a checksum or hash takes at most, and what stands for one that cannot be had. */
#define XDP_MOST_FRAGS 65536
#define XDP_NO_FRAGS (~0ULL)

/* Copies up to 256 bytes of a packet that may have fragments, with zeros behind them. How many; 0 if they cannot be had. */
static __always_inline __u32 xdp_frags_bytes(struct xdp_md *ctx, __u32 from, __u32 left, __u64 *some)
{
	if (left >= 256)
		return bpf_xdp_load_bytes(ctx, from, some, 256) ? 0 : 256;
	clear_bytes(some, 256);
	barrier_var(left);
	left &= 255;
	if (!left)
		return 0;
	return bpf_xdp_load_bytes(ctx, from, some, left) ? 0 : left;
}
