/*
 * A value of an array whose cells are kept with some bits flipped, so that those
 * which are zero have these bits; 0 beyond its end.
 */
static __always_inline __u64 xdp_read_flipped64(void *map, __u32 index, __u64 flipped)
{
	__u64 *value = bpf_map_lookup_elem(map, &index);

	return value ? *value ^ flipped : 0;
}
