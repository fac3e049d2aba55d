/* The kernel's name begins with bpf; a loader that binds the program to a device makes it so. */
XDP_KSYM int off_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *tpid, __u16 *tci);

/* The VLAN tag that the device has taken off; false if there is none, and nothing is written. */
static __always_inline bool xdp_rx_vlan_tag(struct xdp_md *ctx, __u16 *tpid, __u16 *tci)
{
	__be16 proto = 0;
	__u16 tag = 0;

	if (!off_xdp_metadata_rx_vlan_tag || off_xdp_metadata_rx_vlan_tag(ctx, &proto, &tag))
		return false;
	*tpid = bpf_ntohs(proto);
	*tci = tag;
	return true;
}
