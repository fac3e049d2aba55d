/* Makes room for words in front of the packet, which it carries with it; NULL if the driver has none. */
static __always_inline __u32 *xdp_make_metadata(struct xdp_md *ctx, int bytes)
{
	void *data, *metadata;

	if (bpf_xdp_adjust_meta(ctx, -bytes))
		return NULL;
	data = xdp_data(ctx);
	asm volatile("%0 = *(u32 *)(%1 + 8)" : "=r"(metadata) : "r"(ctx));
	return metadata + bytes > data ? NULL : metadata;
}
