/* Sends the packet to a group as it is. */
static __always_inline int p4xdp_send_to_group(__u32 group)
{
	__u32 set = p4xdp_find_set(group, P4XDP_NONE, P4XDP_NONE);
	void *devices = set ? bpf_map_lookup_elem(&p4xdp_copy_devs, &set) : NULL;

	return devices ? bpf_redirect_map(devices, 0, BPF_F_BROADCAST) : p4xdp_lost(XDP_DROP, P4XDP_NO_GROUP);
}
