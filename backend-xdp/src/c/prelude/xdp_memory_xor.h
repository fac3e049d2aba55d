/* The same for the exclusive or of 16-bit words. */
static __always_inline __u64 xdp_memory_xor(const void *bytes, __u32 most, __u32 length)
{
	__u64 words = 0;

	(void)length;
#pragma unroll
	for (__u32 at = 0; at < most; at += 8)
		words ^= *(const __u64 *)(bytes + at);
	return bpf_ntohs(xor_words(words));
}
