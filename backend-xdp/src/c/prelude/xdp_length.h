/* The bytes of a packet. The verifier takes differences of pointers by themselves and in 64 bits only. */
static __always_inline __u64 xdp_length(void *data, void *data_end)
{
	__u64 length = data_end - data;

	barrier_var(length);
	return length;
}
