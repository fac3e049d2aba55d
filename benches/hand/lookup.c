/* Exact lookup of the destination address: the entry says pass or drop, no entry is XDP_PASS. */
#include "xdp.h"

struct value {
	__u32 action;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct value);
} table SEC(".maps");

SEC("xdp")
int lookup(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct value *value;
	__u32 key;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->type != bpf_htons(0x0800))
		return XDP_PASS;
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	key = ip->daddr;
	value = bpf_map_lookup_elem(&table, &key);
	if (!value)
		return XDP_PASS;
	return value->action ? XDP_PASS : XDP_DROP;
}
