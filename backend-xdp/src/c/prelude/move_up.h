/* Moves towards the end of the packet, last byte first. size is a constant. */
static __always_inline void move_up(void *to, const void *from, __u32 size)
{
	__u32 at = size;

#pragma unroll
	for (; at >= 8; at -= 8)
		*(__u64 *)(to + at - 8) = *(const __u64 *)(from + at - 8);
	if (size & 4) {
		*(__u32 *)(to + at - 4) = *(const __u32 *)(from + at - 4);
		at -= 4;
	}
	if (size & 2) {
		*(__u16 *)(to + at - 2) = *(const __u16 *)(from + at - 2);
		at -= 2;
	}
	if (size & 1)
		*(__u8 *)to = *(const __u8 *)from;
}
