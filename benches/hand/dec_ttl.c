/* Decrements the time to live of IPv4 packets. */
#include "xdp.h"

SEC("xdp")
int dec_ttl(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->type == bpf_htons(0x0800)) {
		if ((void *)(ip + 1) > end)
			return XDP_DROP;
		ip->ttl--;
	}
	return XDP_PASS;
}
