/* True for a session; clones of others are lost. */
static __always_inline bool p4xdp_is_session(__u32 session)
{
	if (p4xdp_find_set(0, P4XDP_NONE, session))
		return true;
	p4xdp_lost(0, P4XDP_NO_SESSION);
	return false;
}
