static __always_inline void store_be64(void *to, __u64 value)
{
	*(__u64 *)to = bpf_be64_to_cpu(value);
}
