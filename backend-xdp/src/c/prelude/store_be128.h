static __always_inline void store_be128(void *to, __u128 value)
{
	*(__u64 *)to = bpf_cpu_to_be64((__u64)(value >> 64));
	*(__u64 *)(to + 8) = bpf_cpu_to_be64((__u64)value);
}
