/* A packet for user space, and where it is put together. */
struct p4xdp_handed {
	/* The port by which it came. */
	__u32 port;
	/* Its length, of which there are no more bytes than fit. */
	__u32 length;
	__u8 bytes[16384];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct p4xdp_handed);
} p4xdp_handed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1048576);
} p4xdp_packet_in SEC(".maps");

/* Hands a packet that came by a port to user space, which is the end of it. */
static __always_inline __attribute__((unused)) int p4xdp_hand_up(struct xdp_md *ctx, __u32 port)
{
	__u64 behind = bpf_xdp_get_buff_len(ctx) - 1;
	struct p4xdp_handed *packet;
	__u32 zero = 0;

	packet = bpf_map_lookup_elem(&p4xdp_handed, &zero);
	if (!packet)
		return XDP_ABORTED;
	packet->port = port;
	packet->length = behind + 1;
	if (behind > sizeof(packet->bytes) - 1)
		behind = sizeof(packet->bytes) - 1;
	/* The verifier knows the bound, and clang is to leave it there. */
	asm volatile("" : "+r"(behind));
	if (bpf_xdp_load_bytes(ctx, 0, packet->bytes, behind + 1) ||
	    bpf_ringbuf_output(&p4xdp_packet_in, packet, behind + 9, 0))
		return p4xdp_lost(XDP_DROP, P4XDP_PACKET_IN);
	return XDP_DROP;
}
