/* What a loader may set before it loads the program. */
const volatile struct p4xdp_settings {
	/* Interface index of port 0; all ones if the ports are numbered by the maps of ports. */
	__u32 port_base;
} p4xdp_settings SEC(".rodata.load") = {};
