/*
 * The checksum after one 16-bit word has changed (RFC 1624, equation 3). Any
 * byte order will do, if it is the same for all three.
 */
static __always_inline __u16 csum_replace2(__u16 csum, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~csum + (__u16)~from + to;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
