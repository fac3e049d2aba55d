/* The kernel's name begins with bpf; a loader that binds the program to a device makes it so. */
XDP_KSYM int off_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp);

/* When the device received the packet, or the fallback. */
static __always_inline __u64 xdp_rx_timestamp(struct xdp_md *ctx, __u64 fallback)
{
	__u64 timestamp = 0;

	if (off_xdp_metadata_rx_timestamp && !off_xdp_metadata_rx_timestamp(ctx, &timestamp))
		return timestamp;
	return fallback;
}
