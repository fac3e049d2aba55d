/* The register of a custom CRC before the first byte. */
static __always_inline __u32 crc_custom_first(__u64 which)
{
	return p4xdp_crcs.of[crc_index(which, 3)].initial;
}
