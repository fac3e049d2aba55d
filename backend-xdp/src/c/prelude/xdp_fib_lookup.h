/* A lookup in the kernel's routing table, as its uapi/linux/bpf.h has it. */
struct bpf_fib_lookup {
	__u8 family;
	__u8 l4_protocol;
	__be16 sport;
	__be16 dport;
	__u16 tot_len;
	__u32 ifindex;
	/* Of IPv4: the type of service, in its first byte. */
	__be32 flowinfo;
	__be32 src[4];
	__be32 dst[4];
	__be16 vlan_proto;
	__be16 vlan_tci;
	__be16 smac[3];
	__be16 dmac[3];
};

static __always_inline __u64 xdp_fib_mac(const __be16 *mac)
{
	return (__u64)bpf_ntohs(mac[0]) << 32 | (__u64)bpf_ntohs(mac[1]) << 16 | bpf_ntohs(mac[2]);
}

/* Looks up what is filled in; the kernel's status. What it does not find is left as it is. */
static __always_inline __u8 xdp_fib_lookup(struct xdp_md *ctx, struct bpf_fib_lookup *fib, __u32 *device, __u64 *src_mac, __u64 *dst_mac)
{
	enum { SUCCESS, NOT_FORWARDED = 4, NO_NEIGHBOUR = 7 };
	long status;

	fib->ifindex = ctx->ingress_ifindex;
	status = bpf_fib_lookup(ctx, fib, sizeof(*fib), 0);
	if (status < 0)
		return NOT_FORWARDED;
	if (status == SUCCESS || status == NO_NEIGHBOUR)
		*device = fib->ifindex;
	if (status == SUCCESS) {
		*src_mac = xdp_fib_mac(fib->smac);
		*dst_mac = xdp_fib_mac(fib->dmac);
	}
	return status;
}
