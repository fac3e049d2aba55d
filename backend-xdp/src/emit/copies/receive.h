/* True for a packet that has no copies. */
static __always_inline bool p4xdp_goes_alone(struct xdp_md *ctx)
{
	struct p4xdp_copy_tag *tag = xdp_data(ctx);

	return (void *)(tag + 1) <= xdp_data_end(ctx) && tag->slot == P4XDP_NONE;
}

/* What this copy is, and the slot with what belongs to it; none if it is lost. */
static __always_inline struct p4xdp_copy_role *p4xdp_find_role(struct xdp_md *ctx, struct p4xdp_copy_slot **found)
{
	struct p4xdp_copy_key key = { 0, ctx->egress_ifindex, 0 };
	struct p4xdp_copy_tag *tag = xdp_data(ctx);
	struct p4xdp_copy_slot *slot;
	struct p4xdp_copy_role *role;
	__u8 *taken;

	if ((void *)(tag + 1) > xdp_data_end(ctx))
		return NULL;
	slot = p4xdp_slot(tag->slot);
	/* Other packets may have taken it since. */
	if (!slot || slot->sequence != tag->sequence)
		return NULL;
	*found = slot;
	key.set = slot->set;
	role = bpf_map_lookup_elem(&p4xdp_copy_role, &key);
	if (!role)
		return NULL;
	taken = &slot->taken[role->place & 255];
	key.nth = *taken;
	*taken += 1;
	return key.nth ? bpf_map_lookup_elem(&p4xdp_copy_role, &key) : role;
}

/* The packet becomes what it was when it came. */
static __always_inline bool p4xdp_as_it_came(struct xdp_md *ctx, struct p4xdp_copy_slot *slot)
{
	__u64 length = xdp_data_end(ctx) - xdp_data(ctx);

	barrier_var(length);
	if (bpf_xdp_adjust_head(ctx, (int)length - (int)slot->came))
		return false;
	return bytes_to_packet(xdp_data(ctx), slot->front, xdp_data_end(ctx), &slot->front_bytes, P4XDP_FRONT - 1);
}

/* The packet becomes what it was when it was sent. */
static __always_inline bool p4xdp_as_it_left(struct xdp_md *ctx)
{
	return !bpf_xdp_adjust_head(ctx, sizeof(struct p4xdp_copy_tag));
}

/* Cuts the packet to so many bytes, if it has more. */
static __always_inline bool p4xdp_cut_copy(struct xdp_md *ctx, __u32 most)
{
	__u64 length = xdp_data_end(ctx) - xdp_data(ctx);

	barrier_var(length);
	return length <= most || !bpf_xdp_adjust_tail(ctx, most - length);
}
