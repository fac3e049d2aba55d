static __always_inline void store_be16(void *to, __u16 value)
{
	*(__u16 *)to = bpf_ntohs(value);
}
