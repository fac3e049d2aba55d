/* Sets a value of an array; does nothing beyond its end. */
static __always_inline void xdp_write64(void *map, __u32 index, __u64 value)
{
	__u64 *place = bpf_map_lookup_elem(map, &index);

	if (place)
		*place = value;
}
