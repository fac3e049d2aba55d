/* Puts a tag of 8 bytes in front of the packet, or takes it off if it is there. */
#include "xdp.h"

struct tag {
	__u32 magic, value;
};

SEC("xdp")
int push(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct tag *tag = data;

	if ((void *)(tag + 1) > end)
		return XDP_DROP;
	if (tag->magic == bpf_htonl(0x50345850))
		return bpf_xdp_adjust_head(ctx, (int)sizeof(*tag)) ? XDP_ABORTED : XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
		return XDP_ABORTED;
	tag = packet_start(ctx);
	end = packet_end(ctx);
	if ((void *)(tag + 1) > end)
		return XDP_ABORTED;
	tag->magic = bpf_htonl(0x50345850);
	tag->value = bpf_htonl(42);
	return XDP_PASS;
}
