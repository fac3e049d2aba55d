static __always_inline __u128 load_be128(const void *from)
{
	return (__u128)bpf_be64_to_cpu(*(const __u64 *)from) << 64 |
	       bpf_be64_to_cpu(*(const __u64 *)(from + 8));
}
