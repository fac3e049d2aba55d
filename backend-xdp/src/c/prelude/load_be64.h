static __always_inline __u64 load_be64(const void *from)
{
	return bpf_be64_to_cpu(*(const __u64 *)from);
}
