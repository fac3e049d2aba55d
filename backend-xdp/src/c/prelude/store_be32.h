static __always_inline void store_be32(void *to, __u32 value)
{
	*(__u32 *)to = bpf_ntohl(value);
}
