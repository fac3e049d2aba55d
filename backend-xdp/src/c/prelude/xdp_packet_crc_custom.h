/*
 * Adds up to 64 bytes of the packet. Of a row of bits, some may be waiting in
 * front, of which the highest is the first: their number stands above the
 * lowest eight, and above that which custom CRC it is. Those that then wait for
 * their byte's rest stand above the CRC.
 */
__attribute__((noinline)) __u64 xdp_packet_crc_custom_some(struct xdp_md *ctx, __u32 from, __u32 bytes, __u32 crc, __u32 front)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx), *p;
	__u64 row = front & 0xff;
	__u32 waiting = front >> 8 & 7, which = front >> 16 & 3;

	for (__u32 i = 0; i < 64; i++) {
		if (i >= bytes)
			break;
		p = xdp_packet_bytes(data, end, (__u64)from + i, 1);
		if (!p)
			return XDP_NO_BYTES;
		row = row << 8 | *(__u8 *)p;
		crc = crc_custom_bytes(which, crc, row >> waiting, 1);
	}
	return (row & ((1 << waiting) - 1)) << 32 | crc;
}

/* The same for more bytes. The verifier checks both once, whoever calls them. */
__attribute__((noinline)) __u64 xdp_packet_crc_custom(struct xdp_md *ctx, __u32 from, __u32 length, __u32 crc, __u32 front)
{
	__u64 result = (__u64)(front & 0xff & ((1 << (front >> 8 & 7)) - 1)) << 32 | crc;
	__u32 at = from, left = length;

	if (left > XDP_MOST_BYTES)
		return XDP_NO_BYTES;
	for (__u32 i = 0; i < XDP_MOST_BYTES / 64; i++) {
		if (!left)
			break;
		result = xdp_packet_crc_custom_some(ctx, at, left < 64 ? left : 64, result,
					   (front & 0x30700) | result >> 32);
		if (result == XDP_NO_BYTES)
			return XDP_NO_BYTES;
		XDP_PACKET_NEXT(at, 64);
		left = left < 64 ? 0 : left - 64;
	}
	return result;
}
