/*
 * As copy_bytes, in words of at most unit bytes, for places on the stack that
 * are no better aligned. size and unit are constants.
 */
static __always_inline void copy_units(void *to, const void *from, __u32 size, __u32 unit)
{
	__u32 at = 0;

#pragma unroll
	for (; unit == 4 && at + 4 <= size; at += 4)
		*(__u32 *)(to + at) = *(const __u32 *)(from + at);
#pragma unroll
	for (; unit >= 2 && at + 2 <= size; at += 2)
		*(__u16 *)(to + at) = *(const __u16 *)(from + at);
#pragma unroll
	for (; at < size; at++)
		*(__u8 *)(to + at) = *(const __u8 *)(from + at);
}
