/* An exact lookup by an IPv4 address, in packets that have a whole IPv4 header. Who includes this has declared `struct value`. */
#include "xdp.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct value);
} table SEC(".maps");

/* True for Ethernet with a whole IPv4 header; otherwise what becomes of the packet is in `verdict`. */
static __always_inline int has_ipv4(struct ethhdr *eth, void *end, int *verdict)
{
	struct iphdr *ip = (void *)(eth + 1);

	*verdict = XDP_DROP;
	if ((void *)(eth + 1) > end)
		return 0;
	if (eth->type != bpf_htons(0x0800)) {
		*verdict = XDP_PASS;
		return 0;
	}
	return (void *)(ip + 1) <= end;
}
