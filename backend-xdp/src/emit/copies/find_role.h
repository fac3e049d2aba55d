/* What this copy is; none if it is lost. */
static __always_inline struct p4xdp_copy_role *p4xdp_find_role(struct xdp_md *ctx, struct p4xdp_copy_slot *slot)
{
	struct p4xdp_copy_key key = { slot->set, ctx->egress_ifindex, 0 };
	struct p4xdp_copy_role *role = bpf_map_lookup_elem(&p4xdp_copy_role, &key);
	__u8 *taken;

	if (!role)
		return NULL;
	taken = &slot->taken[role->place & 255];
	key.nth = *taken;
	*taken += 1;
	return key.nth ? bpf_map_lookup_elem(&p4xdp_copy_role, &key) : role;
}
