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
