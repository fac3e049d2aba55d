/* All packets leave by one device. */
#include "copies.h"

SEC("xdp")
int unicast(struct xdp_md *ctx)
{
	struct ethhdr *eth = packet_start(ctx);

	if ((void *)(eth + 1) > packet_end(ctx))
		return XDP_DROP;
	return bpf_redirect_map(&devices, 0, XDP_DROP);
}
