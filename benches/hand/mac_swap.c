/* Sends the frame back with its addresses swapped. */
#include "xdp.h"

SEC("xdp")
int mac_swap(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	__u16 *p = data, dst[3];

	if (data + sizeof(struct ethhdr) > end)
		return XDP_DROP;
	dst[0] = p[0];
	dst[1] = p[1];
	dst[2] = p[2];
	p[0] = p[3];
	p[1] = p[4];
	p[2] = p[5];
	p[3] = dst[0];
	p[4] = dst[1];
	p[5] = dst[2];
	return XDP_TX;
}
