/* Exact lookup of the destination address; the entry's parameter becomes the time to live. */
#include "xdp.h"

struct value {
	__u32 action;
	__u8 ttl;
	__u8 pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct value);
} table SEC(".maps");

SEC("xdp")
int set_ttl(struct xdp_md *ctx)
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
	if (value->action == 0)
		ip->ttl = value->ttl;
	return XDP_PASS;
}
