/*
 * The session of a packet's clones, or what stands for both sessions, if it has
 * two and there is such a set. Sessions that have more than 15 bits go with no
 * other.
 */
static __always_inline __u32 p4xdp_sessions(__u32 number, __u32 second, __u32 session, __u32 second_session, __u32 group, __u32 port)
{
	struct p4xdp_copy_slot *slot = p4xdp_slot(number);
	__u32 both = 1U << 31 | session << 15 | second_session;

	if (!second || !slot)
		return session;
	slot->second = second;
	if (!((session | second_session) >> 15) && p4xdp_find_set(group, port, both))
		return both;
	p4xdp_lost(0, P4XDP_COPY);
	return session;
}
