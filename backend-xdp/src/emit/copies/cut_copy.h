/* Cuts the packet to so many bytes, if it has more. */
static __always_inline bool p4xdp_cut_copy(struct xdp_md *ctx, __u32 most)
{
	__u64 length = xdp_length(xdp_data(ctx), xdp_data_end(ctx));

	return length <= most || !bpf_xdp_adjust_tail(ctx, most - length);
}
