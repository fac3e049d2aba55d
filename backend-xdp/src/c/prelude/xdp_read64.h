/* A value of an array; 0 beyond its end. */
static __always_inline __u64 xdp_read64(void *map, __u32 index)
{
	__u64 *value = bpf_map_lookup_elem(map, &index);

	return value ? *value : 0;
}
