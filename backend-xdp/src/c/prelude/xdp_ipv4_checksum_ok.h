/* Whether the 20 bytes of an IPv4 header add up. */
static __always_inline bool xdp_ipv4_checksum_ok(const void *header)
{
	const __u32 *word = header;

	return csum_fold((__u64)word[0] + word[1] + word[2] + word[3] +
			 word[4]) == 0;
}
