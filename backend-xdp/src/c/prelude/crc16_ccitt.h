/* CRC-16/CCITT-FALSE of so many bytes of a number, the lowest first. */
static __always_inline __u16 crc16_ccitt(__u64 number, __u32 bytes)
{
	__u32 crc = 0xffff;

	for (__u32 i = 0; i < bytes; i++) {
		crc ^= (number >> 8 * i & 0xff) << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1 ^ (-(crc >> 15) & 0x1021)) & 0xffff;
	}
	return crc;
}
