/* Exact lookup of the destination address; the entry's parameter becomes the time to live. */
#include "xdp.h"

struct value {
	__u32 action;
	__u8 ttl;
	__u8 pad[3];
};

#include "exact.h"

SEC("xdp")
int set_ttl(struct xdp_md *ctx)
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
	if (value->action == 0)
		ip->ttl = value->ttl;
	return XDP_PASS;
}
