/* The packet becomes what it was when it was sent. */
static __always_inline bool p4xdp_as_it_left(struct xdp_md *ctx)
{
	return !bpf_xdp_adjust_head(ctx, sizeof(struct p4xdp_copy_tag));
}
