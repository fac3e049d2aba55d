/* Sends the clones of a packet that goes nowhere itself. */
static __always_inline int p4xdp_send_clones(struct xdp_md *ctx, __u32 number, __u32 session)
{
	int verdict = p4xdp_send_copies(ctx, number, 0, P4XDP_NONE, session);

	return verdict < 0 ? p4xdp_lost(XDP_DROP, P4XDP_NO_SESSION) : verdict;
}
