/*
 * A value of an array whose cells are kept with some bits flipped, so that those
 * which are zero have these bits; 0 beyond its end.
 */
static __always_inline __u32 xdp_read_flipped32(void *map, __u32 index, __u32 flipped)
{
	__u32 *value = bpf_map_lookup_elem(map, &index);

	return value ? *value ^ flipped : 0;
}
