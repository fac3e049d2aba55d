/* Keeps the packet's length, and its first bytes, if it has so many, which a deparser may change. False if they are too many. */
static __always_inline bool p4xdp_keep_front(struct xdp_md *ctx, struct p4xdp_copy_slot *slot, __u32 bytes)
{
	void *data = xdp_data(ctx), *end = xdp_data_end(ctx);
	__u64 length = xdp_length(data, end);

	if (bytes >= P4XDP_FRONT)
		return false;
	slot->came = length;
	slot->front_bytes = bytes < length ? bytes : length;
	return bytes_from_packet(slot->front, data, end, &slot->front_bytes, P4XDP_FRONT - 1);
}
