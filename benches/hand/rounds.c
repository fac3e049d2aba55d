/* A loop of as many rounds as the packet says. */
#include "xdp.h"

static long (*bpf_loop)(__u32 calls, void *function, void *context, __u64 flags) = (void *)181;

struct sum {
	__u16 count;
	__u16 reserved;
	__u32 sum;
};

static long add(__u32 i, __u32 *sum)
{
	*sum = *sum ^ (*sum << 1) ^ i;
	return 0;
}

SEC("xdp")
int rounds(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *data_end = packet_end(ctx);
	struct ethhdr *eth = data;
	struct sum *sum = (void *)(eth + 1);
	__u32 value;

	if ((void *)(eth + 1) > data_end)
		return XDP_ABORTED;
	if (eth->type != bpf_htons(0x88b5))
		return XDP_PASS;
	if ((void *)(sum + 1) > data_end)
		return XDP_ABORTED;
	value = bpf_htonl(sum->sum);
	bpf_loop(bpf_htons(sum->count), add, &value, 0);
	sum->sum = bpf_htonl(value);
	return XDP_TX;
}
