struct bpf_spin_lock {
	__u32 val;
};
