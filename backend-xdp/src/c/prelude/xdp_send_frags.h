/* Sends the length of a packet that may have fragments and the packet to who reads the perf events. */
static __always_inline __u32 xdp_send_frags(struct xdp_md *ctx, void *map)
{
	__u32 length = bpf_xdp_get_buff_len(ctx);

	return bpf_perf_event_output(ctx, map,
				     (__u64)length << 32 | BPF_F_CURRENT_CPU,
				     &length, sizeof(length));
}
