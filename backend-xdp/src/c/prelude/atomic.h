/* The lock of blocks that are one step and use several cells. */
struct p4xdp_atomic {
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct p4xdp_atomic);
} p4xdp_atomic SEC(".maps");
