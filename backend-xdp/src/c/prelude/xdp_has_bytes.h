/* Whether a packet has so many bytes from p on, those in fragments included. */
static __always_inline bool xdp_has_bytes(struct xdp_md *ctx, void *data, void *p, __u64 bytes)
{
	__u64 at = p - data;

	barrier_var(at);
	return at + bytes <= bpf_xdp_get_buff_len(ctx);
}
