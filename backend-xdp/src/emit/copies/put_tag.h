/* Puts a tag in place of the packet's first bytes. */
static __always_inline bool p4xdp_put_tag(struct xdp_md *ctx, struct p4xdp_copy_slot *slot, __u32 number)
{
	struct p4xdp_copy_tag *tag = xdp_data(ctx);

	if ((void *)(tag + 1) > xdp_data_end(ctx))
		return false;
	slot->replaced = *tag;
	tag->mark = P4XDP_MARK;
	tag->slot = number;
	tag->sequence = slot->sequence;
	return true;
}
