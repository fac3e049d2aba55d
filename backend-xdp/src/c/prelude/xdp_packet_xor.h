/*
 * The exclusive or of bytes of the packet as 16-bit words, the last of which
 * may lack half. The verifier checks it once, whoever calls it.
 */
__attribute__((noinline)) __u64 xdp_packet_xor(struct xdp_md *ctx, __u32 from, __u32 length)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx), *p;
	__u64 at = from, left = length, words = 0;

	if (left > XDP_MOST_BYTES)
		return XDP_NO_BYTES;
	for (__u32 i = 0; i < XDP_MOST_BYTES / 8; i++) {
		if (left < 8)
			break;
		p = xdp_packet_bytes(data, end, at, 8);
		if (!p)
			return XDP_NO_BYTES;
		words ^= load_wire64(p);
		XDP_PACKET_NEXT(at, 8);
		left -= 8;
		barrier_var(at);
		barrier_var(left);
	}
	words = bpf_ntohs(xor_words(words));
	for (__u32 i = 0; i < 7; i++) {
		if (i >= left)
			break;
		p = xdp_packet_bytes(data, end, at + i, 1);
		if (!p)
			return XDP_NO_BYTES;
		words ^= i % 2 ? *(__u8 *)p : *(__u8 *)p << 8;
	}
	return words;
}
