/*
 * Sends a packet that has no copies out of a port. What leaves by a device in one
 * go of its driver runs the program that the first packet of it does; so all
 * packets run that of copies, and those without a tag pass it.
 */
static __always_inline int p4xdp_send_alone(struct xdp_md *ctx, __u32 port)
{
	__u32 base = p4xdp_settings.port_base;
	struct p4xdp_copy_slot *slot;
	__u32 number;
	int verdict;

	if (base != ~0U)
		return bpf_redirect(base + port, 0);
	if (p4xdp_is_marked(ctx)) {
		number = p4xdp_take_slot();
		slot = p4xdp_slot(number);
		if (!slot || !p4xdp_put_tag(ctx, slot, number))
			return XDP_ABORTED;
		slot->set = 0;
	}
	verdict = bpf_redirect_map(&p4xdp_ports, port, XDP_DROP);
	return verdict == XDP_DROP ? p4xdp_lost(XDP_DROP, P4XDP_NO_PORT) : verdict;
}
