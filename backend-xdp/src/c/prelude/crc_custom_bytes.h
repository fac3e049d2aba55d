/* Adds the lowest bytes of a value, the highest of them first. */
static __always_inline __u32 crc_custom_bytes(__u64 which, __u32 crc, __u64 value, int bytes)
{
	const __u32 *table = p4xdp_crcs.of[crc_index(which, 3)].table;

	for (int i = bytes - 1; i >= 0; i--)
		crc = table[crc_index(crc ^ value >> (8 * i), 255)] ^ crc >> 8;
	return crc;
}
