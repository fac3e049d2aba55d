/* Sends the packet to a set; less than 0 if there is no such set, and then it is as it was. */
static __always_inline int p4xdp_send_copies(struct xdp_md *ctx, __u32 number, __u32 group, __u32 port, __u32 session)
{
	struct p4xdp_copy_slot *slot = p4xdp_slot(number);
	__u32 set = p4xdp_find_set(group, port, session);
	void *devices;

	if (!slot || !set)
		return -1;
	slot->set = set;
	devices = bpf_map_lookup_elem(&p4xdp_copy_devs, &set);
	if (!devices)
		return -1;
	if (!p4xdp_put_tag(ctx, slot, number))
		return XDP_ABORTED;
	return bpf_redirect_map(devices, 0, BPF_F_BROADCAST);
}
