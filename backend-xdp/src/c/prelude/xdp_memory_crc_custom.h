/* As xdp_packet_crc_custom, of at most most bytes in memory, a constant. */
static __always_inline __u64 xdp_memory_crc_custom(const __u8 *bytes, __u32 most, __u32 length, __u32 crc, __u32 front)
{
	__u64 row = front & 0xff;
	__u32 waiting = front >> 8 & 7, which = front >> 16 & 3;

	for (__u32 i = 0; i < most; i++) {
		if (i >= length)
			break;
		row = row << 8 | bytes[i];
		crc = crc_custom_bytes(which, crc, row >> waiting, 1);
	}
	return (row & ((1 << waiting) - 1)) << 32 | crc;
}
