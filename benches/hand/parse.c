/* Checks that the packet is Ethernet with a whole IPv4 header if it says so, and passes it. */
#include "xdp.h"

SEC("xdp")
int parse(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->type == bpf_htons(0x0800)) {
		struct iphdr *ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > end)
			return XDP_DROP;
	}
	return XDP_PASS;
}
