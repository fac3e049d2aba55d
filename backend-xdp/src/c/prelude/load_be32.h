static __always_inline __u32 load_be32(const void *from)
{
	return bpf_ntohl(*(const __u32 *)from);
}
