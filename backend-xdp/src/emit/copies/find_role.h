/* What a copy is, the n-th of its set that this device sends; none if it is lost. */
static __always_inline struct p4xdp_copy_role *p4xdp_role(__u32 set, __u32 ifindex, __u32 nth)
{
	struct p4xdp_copy_key key = { set, ifindex, nth };
	__u32 zero = 0, generation = p4xdp_copy_generation;
	struct p4xdp_known *known = bpf_map_lookup_elem(&p4xdp_known, &zero);
	struct p4xdp_known_role *of_this;
	struct p4xdp_copy_role *role;

	if (!known)
		return NULL;
	of_this = &known->roles[(set * 31 + ifindex + nth * 64) & 255];
	if (of_this->generation == generation && of_this->key.set == set && of_this->key.ifindex == ifindex &&
	    of_this->key.nth == nth)
		return &of_this->role;
	generation = p4xdp_generation();
	role = bpf_map_lookup_elem(&p4xdp_copy_role, &key);
	if (!role)
		return NULL;
	of_this->generation = generation;
	of_this->key = key;
	of_this->role = *role;
	return &of_this->role;
}
/* What this copy is; none if it is lost. */
static __always_inline struct p4xdp_copy_role *p4xdp_find_role(struct xdp_md *ctx, struct p4xdp_copy_slot *slot)
{
	struct p4xdp_copy_role *role = p4xdp_role(slot->set, ctx->egress_ifindex, 0);
	struct p4xdp_taken *taken;
	__u32 nth;

	if (!role)
		return NULL;
	/* How many have gone to the device: what other packets have left there has another sequence. */
	taken = &slot->taken[role->place & 255];
	nth = taken->sequence == (__u8)slot->sequence ? taken->copies : 0;
	taken->sequence = slot->sequence;
	taken->copies = nth + 1;
	return nth ? p4xdp_role(slot->set, ctx->egress_ifindex, nth) : role;
}
