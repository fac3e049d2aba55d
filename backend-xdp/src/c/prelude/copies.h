enum {
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
};

/* To bpf_redirect_map: out of all devices of the map. */
#define BPF_F_BROADCAST 8
