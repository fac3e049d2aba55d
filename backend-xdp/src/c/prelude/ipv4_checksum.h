/* The checksum of an IPv4 header without options, from its fields. */
static __always_inline __u16
ebpf_ipv4_checksum(__u8 version, __u8 ihl, __u8 diffserv, __u16 total_len,
		   __u16 identification, __u8 flags, __u16 frag_offset, __u8 ttl,
		   __u8 protocol, __u32 src, __u32 dst)
{
	__u64 sum = (version << 12) + (ihl << 8) + diffserv;

	sum += total_len;
	sum += identification;
	sum += (flags << 13) + frag_offset;
	sum += (ttl << 8) + protocol;
	sum += src;
	sum += dst;
	return csum_fold(sum);
}
