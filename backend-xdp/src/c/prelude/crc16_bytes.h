/* CRC-16/ARC, half a byte at a time. */
static const __u16 crc16_nibbles[16] SEC(".rodata.crc") = {
	0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401,
	0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400,
};

/* Adds the lowest bytes of a value, the highest of them first. */
static __always_inline __u16 crc16_bytes(__u16 crc, __u64 value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--) {
		crc ^= value >> (8 * i) & 0xff;
		crc = crc16_nibbles[table_index(crc)] ^ crc >> 4;
		crc = crc16_nibbles[table_index(crc)] ^ crc >> 4;
	}
	return crc;
}
