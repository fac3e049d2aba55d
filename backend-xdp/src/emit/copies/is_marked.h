/* True for a packet that begins as a tag does. */
static __always_inline bool p4xdp_is_marked(struct xdp_md *ctx)
{
	struct p4xdp_copy_tag *tag = xdp_data(ctx);

	return (void *)(tag + 1) <= xdp_data_end(ctx) && tag->mark == P4XDP_MARK;
}
