/* The CRC, of so many bits, that a register comes to. */
static __always_inline __u32 crc_custom_last(__u64 which, __u32 crc, int width)
{
	const struct p4xdp_crc *of = &p4xdp_crcs.of[crc_index(which, 3)];
	__u32 flipped;

	flipped = (crc & 0x0f0f0f0f) << 4 | (crc >> 4 & 0x0f0f0f0f);
	flipped = (flipped & 0x33333333) << 2 | (flipped >> 2 & 0x33333333);
	flipped = (flipped & 0x55555555) << 1 | (flipped >> 1 & 0x55555555);
	crc ^= (crc ^ flipped) & of->flip;
	crc ^= (crc ^ __builtin_bswap32(crc) >> (32 - width)) & of->swap;
	return crc ^ of->final_xor;
}
