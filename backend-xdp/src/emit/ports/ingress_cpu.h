/* The port by which a packet came: what user space sends comes by the loopback device. */
static __always_inline __u32 p4xdp_port_from(__u32 ifindex)
{
	if (p4xdp_settings.has_cpu_port && ifindex == 1)
		return p4xdp_settings.cpu_port;
	return p4xdp_port_in(ifindex);
}

