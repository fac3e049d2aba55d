/* A connection, whichever end sends: the lower address comes first. */
struct connection {
	__u32 address[2];
	__u16 port[2];
};

struct connection_state {
	__u32 state;
	/* Which end was called, as a position in the arrays. */
	__u32 server;
};

enum { TCP_SYN_SENT = 1, TCP_SYN_ACKED, TCP_ESTABLISHED };

/*
 * Follows the opening handshake: who calls may send a SYN, who is called answers
 * with SYN and ACK, and the caller's ACK establishes the connection. From then on
 * everything passes but another SYN of the caller, whose FIN ends it.
 */
static __always_inline bool tcp_conntrack(void *connections, __u32 src,
					  __u32 dst, __u16 sport, __u16 dport,
					  bool syn, bool ack, bool fin)
{
	__u32 from = src > dst || (src == dst && sport > dport);
	struct connection key = {
		.address = { from ? dst : src, from ? src : dst },
		.port = { from ? dport : sport, from ? sport : dport },
	};
	struct connection_state *known = bpf_map_lookup_elem(connections, &key);

	if (!known) {
		struct connection_state called = { TCP_SYN_SENT, !from };

		if (!syn || ack)
			return false;
		bpf_map_update_elem(connections, &key, &called, BPF_ANY);
		return true;
	}
	if (from == known->server) {
		if (known->state == TCP_SYN_SENT && syn && ack) {
			known->state = TCP_SYN_ACKED;
			return true;
		}
		return known->state == TCP_ESTABLISHED;
	}
	if (known->state == TCP_SYN_ACKED && !syn && ack) {
		known->state = TCP_ESTABLISHED;
		return true;
	}
	if (known->state != TCP_ESTABLISHED || (syn && !ack))
		return false;
	if (fin && ack)
		bpf_map_delete_elem(connections, &key);
	return true;
}
