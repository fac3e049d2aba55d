/* All packets leave by all devices but the one that they came by, and each copy says by which. */
#include "copies.h"

SEC("xdp")
int broadcast_marked(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	return bpf_redirect_map(&devices, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

SEC("xdp/devmap")
int mark(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	eth->src[5] = ctx->egress_ifindex;
	return XDP_PASS;
}
