/* Makes bytes zero. size is a constant. */
static __always_inline void clear_bytes(void *to, __u32 size)
{
#pragma unroll
	for (__u32 at = 0; at + 8 <= size; at += 8)
		*(__u64 *)(to + at) = 0;
}
