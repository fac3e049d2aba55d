/* Sets a value of an array; does nothing beyond its end. */
static __always_inline void xdp_write32(void *map, __u32 index, __u32 value)
{
	__u32 *place = bpf_map_lookup_elem(map, &index);

	if (place)
		*place = value;
}
