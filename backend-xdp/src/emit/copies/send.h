/* The slot of this number; 0 is none. */
static __always_inline struct p4xdp_copy_slot *p4xdp_slot(__u32 number)
{
	__u32 index = number - 1;

	return bpf_map_lookup_elem(&p4xdp_copy_slot, &index);
}

/* Takes a slot for a packet; its number, not 0. */
static __always_inline __u32 p4xdp_take_slot(void)
{
	struct p4xdp_copy_slot *slot = p4xdp_slot(1);
	__u32 number;

	if (!slot)
		return 0;
	number = slot->next++ % 256 + 1;
	slot = p4xdp_slot(number);
	if (!slot)
		return 0;
	slot->sequence++;
	clear_bytes(slot->taken, sizeof(slot->taken));
	return number;
}

/* Keeps the packet's length, and its first bytes, if it has so many, which a deparser may change. False if they are too many. */
static __always_inline bool p4xdp_keep_front(struct xdp_md *ctx, struct p4xdp_copy_slot *slot, __u32 bytes)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx);
	__u64 length = end - data;

	barrier_var(length);
	if (bytes >= P4XDP_FRONT)
		return false;
	slot->came = length;
	slot->front_bytes = bytes < length ? bytes : length;
	return bytes_from_packet(slot->front, data, end, &slot->front_bytes, P4XDP_FRONT - 1);
}

/* Sends the packet to a set; less than 0 if there is no such set, and then it is as it was. */
static __always_inline int p4xdp_send_copies(struct xdp_md *ctx, __u32 number, __u32 group, __u32 port, __u32 session)
{
	struct p4xdp_copy_set key = { group, port, session };
	struct p4xdp_copy_slot *slot = p4xdp_slot(number);
	__u32 *set = bpf_map_lookup_elem(&p4xdp_copy_sets, &key);
	struct p4xdp_copy_tag *tag;
	void *devices;

	if (!slot || !set)
		return -1;
	slot->set = *set;
	devices = bpf_map_lookup_elem(&p4xdp_copy_devs, set);
	if (!devices)
		return -1;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
		return -1;
	tag = xdp_data(ctx);
	if ((void *)(tag + 1) > xdp_data_end(ctx))
		return XDP_ABORTED;
	tag->slot = number;
	tag->sequence = slot->sequence;
	return bpf_redirect_map(devices, 0, BPF_F_BROADCAST);
}

/* Sends the clones of a packet that goes nowhere itself. */
static __always_inline int p4xdp_send_clones(struct xdp_md *ctx, __u32 number, __u32 session)
{
	int verdict = p4xdp_send_copies(ctx, number, 0, P4XDP_NONE, session);

	return verdict < 0 ? p4xdp_lost(XDP_DROP, P4XDP_NO_SESSION) : verdict;
}

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
