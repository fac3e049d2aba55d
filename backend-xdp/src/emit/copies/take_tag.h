/* The slot that a tag leads to, in place of which the packet has its own bytes again; none if other packets have taken it since. */
static __always_inline struct p4xdp_copy_slot *p4xdp_take_tag(struct xdp_md *ctx)
{
	struct p4xdp_copy_tag *tag = xdp_data(ctx);
	struct p4xdp_copy_slot *slot;

	if ((void *)(tag + 1) > xdp_data_end(ctx))
		return NULL;
	slot = p4xdp_slot(tag->slot);
	if (!slot || slot->sequence != tag->sequence)
		return NULL;
	*tag = slot->replaced;
	return slot;
}
