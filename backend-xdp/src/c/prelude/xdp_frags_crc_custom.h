/*
 * Adds up to 256 bytes of a packet that may have fragments. Of a row of bits, some
 * may be waiting in front, of which the highest is the first: their number stands
 * above the lowest eight, and above that which custom CRC it is. Those that then
 * wait for their byte's rest stand above the CRC.
 */
__attribute__((noinline)) __u64 xdp_frags_crc_custom_some(struct xdp_md *ctx, __u32 from, __u32 left, __u32 crc, __u32 front)
{
	__u32 waiting = front >> 8 & 7, which = front >> 16 & 3, bytes;
	__u64 some[32], row = front & 0xff;

	bytes = xdp_frags_bytes(ctx, from, left, some);
	if (!bytes)
		return XDP_NO_FRAGS;
	for (__u32 i = 0; i < 256; i++) {
		if (i >= bytes)
			break;
		row = row << 8 | ((__u8 *)some)[i];
		crc = crc_custom_bytes(which, crc, row >> waiting, 1);
	}
	return (row & ((1 << waiting) - 1)) << 32 | crc;
}

/* The same for more bytes. The verifier checks both once, whoever calls them. */
__attribute__((noinline)) __u64 xdp_frags_crc_custom(struct xdp_md *ctx, __u32 from, __u32 length, __u32 crc, __u32 front)
{
	__u64 result = (__u64)(front & 0xff & ((1 << (front >> 8 & 7)) - 1)) << 32 | crc;
	__u32 at = from, left = length;

	if (left > XDP_MOST_FRAGS)
		return XDP_NO_FRAGS;
	for (__u32 i = 0; i < XDP_MOST_FRAGS / 256; i++) {
		if (!left)
			break;
		result = xdp_frags_crc_custom_some(ctx, at, left, result, (front & 0x30700) | result >> 32);
		if (result == XDP_NO_FRAGS)
			return XDP_NO_FRAGS;
		at += 256;
		left = left < 256 ? 0 : left - 256;
	}
	return result;
}
