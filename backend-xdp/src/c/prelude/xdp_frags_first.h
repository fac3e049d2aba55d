/* The first eight bytes of those of a packet that may have fragments, fewer if there are fewer, as a number. */
__attribute__((noinline)) __u64 xdp_frags_first(struct xdp_md *ctx, __u32 from, __u32 length)
{
	__u64 some = 0;

	if (length > 8)
		length = 8;
	barrier_var(length);
	if (!length || length > 8 || bpf_xdp_load_bytes(ctx, from, &some, length))
		return 0;
	return bpf_be64_to_cpu(some) >> (64 - 8 * length);
}
