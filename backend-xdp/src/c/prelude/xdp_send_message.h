/* Sends a message to who reads the ring buffer; one for which there is no room is counted. */
static __always_inline void xdp_send_message(void *ring, void *lost, __u32 index,
					     void *message, __u64 size)
{
	if (bpf_ringbuf_output(ring, message, size, 0))
		xdp_count(lost, index, 1);
}
