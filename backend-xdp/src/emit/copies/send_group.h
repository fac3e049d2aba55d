/* Sends the copies of a group, and the clones if there is a session. */
static __always_inline int p4xdp_send_group(struct xdp_md *ctx, __u32 number, __u32 group, __u32 session)
{
	int verdict = p4xdp_send_copies(ctx, number, group, P4XDP_NONE, session);

	if (verdict >= 0)
		return verdict;
	if (session == P4XDP_NONE)
		return p4xdp_lost(XDP_DROP, P4XDP_NO_GROUP);
	/* One of both is unknown. */
	verdict = p4xdp_send_copies(ctx, number, group, P4XDP_NONE, P4XDP_NONE);
	if (verdict >= 0)
		return p4xdp_lost(verdict, P4XDP_NO_SESSION);
	return p4xdp_send_clones(ctx, number, session);
}
