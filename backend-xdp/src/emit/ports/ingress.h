/* Numbers of ports: a device stands at the slot of its index, or up to three behind it. */
struct p4xdp_port {
	__u32 ifindex;
	__u32 port;
} p4xdp_ports_in[512 + 3] SEC(".data.ports") = {};

/* The port of a device; all ones if it has no number. */
static __always_inline __u32 p4xdp_port_in(__u32 ifindex)
{
	const struct p4xdp_port *slot;
	__u32 base = p4xdp_settings.port_base;

	if (__builtin_expect(base != ~0U, 1))
		return ifindex - base;
	slot = &p4xdp_ports_in[ifindex % 512];
	if (slot[0].ifindex == ifindex)
		return slot[0].port;
	if (slot[1].ifindex == ifindex)
		return slot[1].port;
	if (slot[2].ifindex == ifindex)
		return slot[2].port;
	if (slot[3].ifindex == ifindex)
		return slot[3].port;
	return ~0U;
}
