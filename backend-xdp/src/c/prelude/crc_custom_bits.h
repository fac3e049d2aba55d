/*
 * Adds the whole bytes of a row of bits, the first of which is the highest;
 * there are at most as many as most, a constant.
 */
static __always_inline __u32 crc_custom_bits(__u64 which, __u32 crc, __u64 row, __u32 bits, int most)
{
#pragma unroll
	for (int i = 0; i < most; i++) {
		if (bits >= 8) {
			bits -= 8;
			crc = crc_custom_bytes(which, crc, row >> bits, 1);
		}
	}
	return crc;
}
