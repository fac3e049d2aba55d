/* Exact lookup of the destination address: the entry says pass or drop, no entry is XDP_PASS. */
#include "xdp.h"

struct value {
	__u32 action;
};

#include "exact.h"

SEC("xdp")
int lookup(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct value *value;
	int verdict;
	__u32 key;

	if (!has_ipv4(eth, end, &verdict))
		return verdict;
	key = ip->daddr;
	value = bpf_map_lookup_elem(&table, &key);
	if (!value)
		return XDP_PASS;
	return value->action ? XDP_PASS : XDP_DROP;
}
