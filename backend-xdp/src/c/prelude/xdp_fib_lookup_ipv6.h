static __always_inline __u8 xdp_fib_lookup_ipv6(struct xdp_md *ctx, __u128 src, __u128 dst, __u8 traffic_class, __u16 length, __u32 *device, __u64 *src_mac, __u64 *dst_mac)
{
	struct bpf_fib_lookup fib = { .family = 10, .tot_len = length };

	fib.flowinfo = bpf_htonl((__u32)traffic_class << 20);
	store_be128(fib.src, src);
	store_be128(fib.dst, dst);
	return xdp_fib_lookup(ctx, &fib, device, src_mac, dst_mac);
}
