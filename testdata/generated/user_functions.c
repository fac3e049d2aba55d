struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} ports SEC(".maps");

__u16 mix(__u32 a, __u16 *b, bool c, __u8 pair_a, __s8 pair_b)
{
	*b += 1;
	return (a >> 16) + c + pair_a + pair_b;
}

bool swap(struct ethernet_t *ethernet, struct tag_t *tag)
{
	ethernet->type = bpf_htons(0x2222);
	return tag != NULL;
}

void seen(__u16 port)
{
	xdp_count(&ports, port, 1);
}
