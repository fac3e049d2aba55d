/*
 * The sum of bytes of the packet as 16-bit words, the last of which may lack
 * half (RFC 1071). The verifier checks it once, whoever calls it.
 */
__attribute__((noinline)) __u64 xdp_packet_sum(struct xdp_md *ctx, __u32 from, __u32 length)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx), *p;
	__u64 at = from, left = length, sum = 0;

	if (left > XDP_MOST_BYTES)
		return XDP_NO_BYTES;
	for (__u32 i = 0; i < XDP_MOST_BYTES / 512; i++) {
		if (left < 512)
			break;
		p = xdp_packet_bytes(data, end, at, 512);
		if (!p)
			return XDP_NO_BYTES;
		sum += (__u32)bpf_csum_diff(NULL, 0, p, 512, 0);
		XDP_PACKET_NEXT(at, 512);
		left -= 512;
		barrier_var(at);
		barrier_var(left);
	}
#pragma unroll
	for (__u32 bytes = 256; bytes >= 4; bytes /= 2) {
		if (left & bytes) {
			p = xdp_packet_bytes(data, end, at, bytes);
			if (!p)
				return XDP_NO_BYTES;
			sum += bytes > 4 ? (__u32)bpf_csum_diff(NULL, 0, p, bytes, 0) : load_wire32(p);
			XDP_PACKET_NEXT(at, bytes);
			barrier_var(at);
		}
	}
	if (left & 2) {
		p = xdp_packet_bytes(data, end, at, 2);
		if (!p)
			return XDP_NO_BYTES;
		sum += load_wire16(p);
		XDP_PACKET_NEXT(at, 2);
		barrier_var(at);
	}
	if (left & 1) {
		p = xdp_packet_bytes(data, end, at, 1);
		if (!p)
			return XDP_NO_BYTES;
		sum += bpf_htons(*(__u8 *)p << 8);
	}
	sum = csum_fold64(sum);
	return bpf_ntohs(~sum);
}
