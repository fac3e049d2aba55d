/* All packets leave by all devices but the one that they came by. */
#include "copies.h"

SEC("xdp")
int broadcast(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	return bpf_redirect_map(&devices, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}
