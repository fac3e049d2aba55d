/* True for a packet that has no copies. */
static __always_inline bool p4xdp_goes_alone(struct xdp_md *ctx)
{
	struct p4xdp_copy_tag *tag = xdp_data(ctx);

	return (void *)(tag + 1) <= xdp_data_end(ctx) && tag->slot == P4XDP_NONE;
}
