/* Counts a packet and its bytes in a counter of this processor. */
static __always_inline void xdp_count_packet(void *map, __u32 index, __u64 bytes)
{
	struct packets_and_bytes *counter = bpf_map_lookup_elem(map, &index);

	if (counter) {
		counter->packets++;
		counter->bytes += bytes;
	}
}
