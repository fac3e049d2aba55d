/*
 * As xdp_count, for counters that appear when they are first used. When the map
 * is full, a new one counts nowhere.
 */
static __always_inline void xdp_count_sparse(void *map, __u32 index,
					     __u64 amount)
{
	__u64 *counter = bpf_map_lookup_elem(map, &index);

	if (!counter) {
		__u64 zero = 0;

		/* Another processor may have been faster: look, whatever comes of it. */
		bpf_map_update_elem(map, &index, &zero, BPF_NOEXIST);
		counter = bpf_map_lookup_elem(map, &index);
	}
	if (counter)
		*counter += amount;
}
