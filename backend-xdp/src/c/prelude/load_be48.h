static __always_inline __u64 load_be48(const void *from)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u64 raw = *(const __u32 *)from | (__u64)*(const __u16 *)(from + 4) << 32;

	return __builtin_bswap64(raw << 16);
#else
	return (__u64)*(const __u32 *)from << 16 | *(const __u16 *)(from + 4);
#endif
}
