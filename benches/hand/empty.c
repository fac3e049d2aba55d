#include "xdp.h"

SEC("xdp")
int empty(struct xdp_md *ctx)
{
	return XDP_PASS;
}
