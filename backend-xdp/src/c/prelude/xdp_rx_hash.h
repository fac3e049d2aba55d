/* The kernel's name begins with bpf; a loader that binds the program to a device makes it so. */
enum xdp_rss_hash_type { XDP_RSS_TYPE_NONE };

XDP_KSYM int off_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type);

/* The device's hash of the packet, or the fallback. */
static __always_inline __u32 xdp_rx_hash(struct xdp_md *ctx, __u32 fallback)
{
	enum xdp_rss_hash_type type = XDP_RSS_TYPE_NONE;
	__u32 hash = 0;

	if (off_xdp_metadata_rx_hash && !off_xdp_metadata_rx_hash(ctx, &hash, &type))
		return hash;
	return fallback;
}
