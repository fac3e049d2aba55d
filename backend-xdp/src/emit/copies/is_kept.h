/*
 * True if what is kept for a clone is all that may have changed of it, when so
 * many bytes of the packet have been parsed: what is behind these is behind them
 * in the clone, too.
 */
static __always_inline bool p4xdp_is_kept(struct xdp_md *ctx, __u32 number, __u32 parsed)
{
	__u64 length = xdp_length(xdp_data(ctx), xdp_data_end(ctx));
	struct p4xdp_copy_slot *slot = p4xdp_slot(number);

	return !slot || slot->came < length - parsed + P4XDP_FRONT;
}
