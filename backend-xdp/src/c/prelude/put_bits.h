/*
 * Puts bits of a value, 56 at most, behind those that are there; mask is that of
 * the bytes that there may be, and seven more have room.
 */
static __always_inline void put_bits(__u8 *front, __u32 *length, __u32 mask, __u64 value, __u32 width)
{
	__u32 at = *length;
	__u8 *to = front + (at >> 3 & mask);
	__u64 before = *to & (0xff00 >> (at & 7));

	*(__u64 *)to = bpf_cpu_to_be64(before << 56 | value << (64 - (at & 7) - width));
	*length = at + width;
}
