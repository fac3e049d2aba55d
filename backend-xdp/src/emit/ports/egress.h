/* Sends the packet out of a port. */
static __always_inline int p4xdp_send(__u32 port)
{
	__u32 base = p4xdp_settings.port_base;
	int verdict;

	if (__builtin_expect(base != ~0U, 1))
		return bpf_redirect(base + port, 0);
	verdict = bpf_redirect_map(&p4xdp_ports, port, XDP_DROP);
	return verdict == XDP_DROP ? p4xdp_lost(XDP_DROP, P4XDP_NO_PORT) : verdict;
}
