/*
 * Adds the whole bytes of a row of bits, the first of which is the highest;
 * there are at most as many as most, a constant.
 */
static __always_inline __u16 crc16_bits(__u16 crc, __u64 row, __u32 bits, int most)
{
#pragma unroll
	for (int i = 0; i < most; i++) {
		if (bits >= 8) {
			bits -= 8;
			crc = crc16_bytes(crc, row >> bits, 1);
		}
	}
	return crc;
}
