/* What a loader may set before it loads the program. */
const volatile struct p4xdp_settings {
	/* Interface index of port 0; all ones if the ports are numbered by the maps of ports. */
	__u32 port_base;
	/* Whether there is a port to user space, and its number. */
	__u32 has_cpu_port;
	__u32 cpu_port;
} p4xdp_settings SEC(".rodata.load") = {};

/* Whether user space is behind a port. */
static __always_inline __attribute__((unused)) bool p4xdp_is_cpu_port(__u32 port)
{
	return p4xdp_settings.has_cpu_port && port == p4xdp_settings.cpu_port;
}

