/* The slot of this number; 0 is none. */
static __always_inline struct p4xdp_copy_slot *p4xdp_slot(__u32 number)
{
	__u32 index = number - 1;

	return bpf_map_lookup_elem(&p4xdp_copy_slot, &index);
}
