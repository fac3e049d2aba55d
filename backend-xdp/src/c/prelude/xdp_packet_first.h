/* The first eight bytes of those of the packet, fewer if there are fewer, as a number. */
__attribute__((noinline)) __u64 xdp_packet_first(struct xdp_md *ctx, __u32 from, __u32 length)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx), *p;
	__u64 value = 0;

	for (__u32 i = 0; i < 8; i++) {
		if (i >= length)
			break;
		p = xdp_packet_bytes(data, end, (__u64)from + i, 1);
		if (!p)
			break;
		value = value << 8 | *(__u8 *)p;
	}
	return value;
}
