/* Takes the VLAN tag off if there is one, else puts one on. */
#include "xdp.h"

SEC("xdp")
int vlan(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data, copy;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__builtin_memcpy(&copy, eth, sizeof(copy));
	if (eth->type == bpf_htons(0x8100)) {
		struct vlan_hdr *tag = (void *)(eth + 1);
		if ((void *)(tag + 1) > end)
			return XDP_DROP;
		copy.type = tag->type;
		if (bpf_xdp_adjust_head(ctx, (int)sizeof(*tag)))
			return XDP_ABORTED;
		eth = packet_start(ctx);
		if ((void *)(eth + 1) > packet_end(ctx))
			return XDP_ABORTED;
		__builtin_memcpy(eth, &copy, sizeof(copy));
	} else {
		struct vlan_hdr *tag;
		if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
			return XDP_ABORTED;
		eth = packet_start(ctx);
		tag = (void *)(eth + 1);
		if ((void *)(tag + 1) > packet_end(ctx))
			return XDP_ABORTED;
		__builtin_memcpy(eth, &copy, sizeof(copy));
		tag->tci = bpf_htons(42);
		tag->type = eth->type;
		eth->type = bpf_htons(0x8100);
	}
	return XDP_PASS;
}
