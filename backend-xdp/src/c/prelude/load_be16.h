static __always_inline __u16 load_be16(const void *from)
{
	return bpf_ntohs(*(const __u16 *)from);
}
