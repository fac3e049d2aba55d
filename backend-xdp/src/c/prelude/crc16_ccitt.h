/* CRC-16/CCITT-FALSE of so many bytes of a number, the lowest first: of each byte at once, without branches. */
static __always_inline __u16 crc16_ccitt(__u64 number, __u32 bytes)
{
	__u16 crc = 0xffff;

	for (__u32 i = 0; i < bytes; i++) {
		crc = crc << 8 | crc >> 8;
		crc ^= number >> 8 * i & 0xff;
		crc ^= (crc & 0xff) >> 4;
		crc ^= crc << 12;
		crc ^= (crc & 0xff) << 5;
	}
	return crc;
}
