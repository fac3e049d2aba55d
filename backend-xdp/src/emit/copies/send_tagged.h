/*
 * Sends a packet that has no copies out of a port. What leaves by a device in one
 * go of its driver runs the program that the first packet of it does; so all
 * packets run that of copies, and the tag tells them apart.
 */
static __always_inline int p4xdp_send_tagged(struct xdp_md *ctx, __u32 port)
{
	__u32 base = p4xdp_settings.port_base;
	struct p4xdp_copy_tag *tag;
	int verdict;

	if (base != ~0U)
		return bpf_redirect(base + port, 0);
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
		return p4xdp_lost(XDP_ABORTED, P4XDP_NO_ROOM);
	tag = xdp_data(ctx);
	if ((void *)(tag + 1) > xdp_data_end(ctx))
		return XDP_ABORTED;
	tag->slot = P4XDP_NONE;
	tag->sequence = 0;
	verdict = bpf_redirect_map(&p4xdp_ports, port, XDP_DROP);
	return verdict == XDP_DROP ? p4xdp_lost(XDP_DROP, P4XDP_NO_PORT) : verdict;
}
