/* Slots of this processor, more than packets that it has to send at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct p4xdp_copy_slot);
} p4xdp_copy_slot SEC(".maps");
