/* All packets leave by the first device with another source, and by the second one as they came. */
#include "copies.h"

SEC("xdp")
int clone(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	return bpf_redirect_map(&devices, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

SEC("xdp/devmap")
int set_source(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	if (ctx->egress_ifindex == 2)
		__builtin_memcpy(eth->src, (__u8[6]){ 2, 0, 0, 0, 0, 2 }, 6);
	return XDP_PASS;
}
