/* True if words are the same. size is a constant. */
static __always_inline bool equal_bytes(const void *a, const void *b, __u32 size)
{
	__u64 other = 0;

#pragma unroll
	for (__u32 at = 0; at + 8 <= size; at += 8)
		other |= *(const __u64 *)(a + at) ^ *(const __u64 *)(b + at);
	return !other;
}
