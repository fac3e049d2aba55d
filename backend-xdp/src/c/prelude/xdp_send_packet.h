/* Sends the packet's length and the packet to who reads the perf events. */
static __always_inline __u32 xdp_send_packet(struct xdp_md *ctx, void *map)
{
	__u32 length = xdp_data_end(ctx) - xdp_data(ctx);

	return bpf_perf_event_output(ctx, map,
				     (__u64)length << 32 | BPF_F_CURRENT_CPU,
				     &length, sizeof(length));
}
