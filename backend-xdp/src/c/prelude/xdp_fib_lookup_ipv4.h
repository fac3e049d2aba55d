static __always_inline __u8 xdp_fib_lookup_ipv4(struct xdp_md *ctx, __u32 src, __u32 dst, __u8 tos, __u16 length, __u32 *device, __u64 *src_mac, __u64 *dst_mac)
{
	struct bpf_fib_lookup fib = { .family = 2, .tot_len = length };

	*(__u8 *)&fib.flowinfo = tos;
	fib.src[0] = bpf_htonl(src);
	fib.dst[0] = bpf_htonl(dst);
	return xdp_fib_lookup(ctx, &fib, device, src_mac, dst_mac);
}
