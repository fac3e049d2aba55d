enum {
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
};

/* To bpf_redirect_map: out of all devices of the map. */
#define BPF_F_BROADCAST 8
