/* Source NAT: exact lookup of the source address; the entry's address replaces it, with the IPv4 and TCP checksums. */
#include "xdp.h"

struct value {
	__u32 action;
	__u32 saddr;
};

#include "exact.h"

SEC("xdp")
int snat(struct xdp_md *ctx)
{
	void *data = packet_start(ctx), *end = packet_end(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct value *value;
	int verdict;
	__u32 key;

	if (!has_ipv4(eth, end, &verdict))
		return verdict;
	if (ip->protocol != 6)
		return XDP_PASS;
	if ((void *)(tcp + 1) > end)
		return XDP_DROP;
	key = ip->saddr;
	value = bpf_map_lookup_elem(&table, &key);
	if (!value)
		return XDP_PASS;
	if (value->action == 0) {
		ip->check = csum_replace4(ip->check, ip->saddr, value->saddr);
		tcp->check = csum_replace4(tcp->check, ip->saddr, value->saddr);
		ip->saddr = value->saddr;
	}
	return XDP_PASS;
}
