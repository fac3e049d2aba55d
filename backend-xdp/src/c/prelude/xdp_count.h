/* Adds to a counter of this processor. */
static __always_inline void xdp_count(void *map, __u32 index, __u64 amount)
{
	__u64 *counter = bpf_map_lookup_elem(map, &index);

	if (counter)
		*counter += amount;
}
