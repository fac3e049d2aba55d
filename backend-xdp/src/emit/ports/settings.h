/* What a loader may set before it loads the program. */
const volatile struct p4xdp_settings {
	/* Interface index of port 0; all ones if the ports are numbered by the maps of ports. */
	__u32 port_base;
	/* 1 to count what becomes of packets. */
	__u32 statistics;
} p4xdp_settings SEC(".rodata.load") = {};
