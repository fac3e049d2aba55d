/* As csum_replace2, for a 32-bit word. */
static __always_inline __u16 csum_replace4(__u16 csum, __u32 from, __u32 to)
{
	__u64 sum = (__u64)(__u16)~csum + (__u32)~from + to;

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
