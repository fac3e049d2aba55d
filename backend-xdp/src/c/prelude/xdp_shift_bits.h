/*
 * Moves the packet from a byte on by one to seven bits, in front of which others
 * come; as many are lost at its end. True if it is too long. The verifier checks
 * it once, whoever calls it.
 */
__attribute__((noinline)) __u32 xdp_shift_bits(struct xdp_md *ctx, __u32 from, __u32 front, __u32 by)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx), *p;
	__u64 at = from, row = front, word;

	by &= 7;
	for (__u32 i = 0; i < XDP_MOST_BYTES / 8; i++) {
		p = xdp_packet_bytes(data, end, at, 8);
		if (!p)
			break;
		word = bpf_be64_to_cpu(load_wire64(p));
		store_wire64(p, bpf_cpu_to_be64(row << (64 - by) | word >> by));
		row = word;
		XDP_PACKET_NEXT(at, 8);
		barrier_var(at);
	}
	for (__u32 i = 0; i < 8; i++) {
		p = xdp_packet_bytes(data, end, at, 1);
		if (!p)
			return 0;
		row = row << 8 | *(__u8 *)p;
		*(__u8 *)p = row >> by;
		XDP_PACKET_NEXT(at, 1);
		barrier_var(at);
	}
	return 1;
}
