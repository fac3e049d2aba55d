/*
 * The sum of bytes of a packet that may have fragments as 16-bit words, the last
 * of which may lack half (RFC 1071). The verifier checks it once, whoever calls it.
 */
__attribute__((noinline)) __u64 xdp_frags_sum(struct xdp_md *ctx, __u32 from, __u32 length)
{
	__u64 some[32], sum = 0;

	if (length > XDP_MOST_FRAGS)
		return XDP_NO_FRAGS;
	for (__u32 i = 0; i < XDP_MOST_FRAGS / 256; i++) {
		if (length < 256)
			break;
		if (bpf_xdp_load_bytes(ctx, from, some, 256))
			return XDP_NO_FRAGS;
		sum += (__u32)bpf_csum_diff(NULL, 0, (__u32 *)some, 256, 0);
		from += 256;
		length -= 256;
		barrier_var(from);
		barrier_var(length);
	}
	if (length) {
		if (!xdp_frags_bytes(ctx, from, length, some))
			return XDP_NO_FRAGS;
		sum += (__u32)bpf_csum_diff(NULL, 0, (__u32 *)some, 256, 0);
	}
	sum = csum_fold64(sum);
	return bpf_ntohs(~sum);
}
