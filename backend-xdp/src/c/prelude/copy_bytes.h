/*
 * Copies between places that do not overlap, in words: memcpy would go byte by
 * byte, since packets promise no alignment. size is a constant.
 */
static __always_inline void copy_bytes(void *to, const void *from, __u32 size)
{
	__u32 at = 0;

#pragma unroll
	for (; at + 8 <= size; at += 8)
		*(__u64 *)(to + at) = *(const __u64 *)(from + at);
	if (size & 4) {
		*(__u32 *)(to + at) = *(const __u32 *)(from + at);
		at += 4;
	}
	if (size & 2) {
		*(__u16 *)(to + at) = *(const __u16 *)(from + at);
		at += 2;
	}
	if (size & 1)
		*(__u8 *)(to + at) = *(const __u8 *)(from + at);
}
