/* CRC-32 as in Ethernet, half a byte at a time. */
static const __u32 crc32_nibbles[16] SEC(".rodata.crc") = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
	0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

/* Adds the lowest bytes of a value, the highest of them first. */
static __always_inline __u32 crc32_bytes(__u32 crc, __u64 value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--) {
		crc ^= value >> (8 * i) & 0xff;
		crc = crc32_nibbles[table_index(crc)] ^ crc >> 4;
		crc = crc32_nibbles[table_index(crc)] ^ crc >> 4;
	}
	return crc;
}
