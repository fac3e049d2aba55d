/*
 * The sum of bytes as 16-bit words (RFC 1071), of at most most, a constant, with
 * zeros up to a whole word of eight: these change nothing.
 */
static __always_inline __u64 xdp_memory_sum(const void *bytes, __u32 most, __u32 length)
{
	__u64 sum = 0;

	(void)length;
#pragma unroll
	for (__u32 at = 0; at < most; at += 4)
		sum += *(const __u32 *)(bytes + at);
	sum = csum_fold64(sum);
	return bpf_ntohs(~sum);
}
