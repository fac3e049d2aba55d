/*
 * The exclusive or of bytes of a packet that may have fragments as 16-bit words,
 * the last of which may lack half. The verifier checks it once, whoever calls it.
 */
__attribute__((noinline)) __u64 xdp_frags_xor(struct xdp_md *ctx, __u32 from, __u32 length)
{
	__u64 some[32], words = 0;

	if (length > XDP_MOST_FRAGS)
		return XDP_NO_FRAGS;
	for (__u32 i = 0; i < XDP_MOST_FRAGS / 256; i++) {
		if (length < 256)
			break;
		if (bpf_xdp_load_bytes(ctx, from, some, 256))
			return XDP_NO_FRAGS;
#pragma unroll
		for (__u32 j = 0; j < 32; j++)
			words ^= some[j];
		from += 256;
		length -= 256;
		barrier_var(from);
		barrier_var(length);
	}
	if (length) {
		if (!xdp_frags_bytes(ctx, from, length, some))
			return XDP_NO_FRAGS;
#pragma unroll
		for (__u32 j = 0; j < 32; j++)
			words ^= some[j];
	}
	return bpf_ntohs(xor_words(words));
}
