/* The packet becomes what it was when it came. */
static __always_inline bool p4xdp_as_it_came(struct xdp_md *ctx, struct p4xdp_copy_slot *slot)
{
	__u64 length = xdp_length(xdp_data(ctx), xdp_data_end(ctx));

	if (length != slot->came && bpf_xdp_adjust_head(ctx, (int)length - (int)slot->came))
		return false;
	return bytes_to_packet(xdp_data(ctx), slot->front, xdp_data_end(ctx), &slot->front_bytes, P4XDP_FRONT - 1);
}
