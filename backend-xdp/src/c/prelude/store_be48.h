static __always_inline void store_be48(void *to, __u64 value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u64 raw = __builtin_bswap64(value) >> 16;

	*(__u32 *)to = raw;
	*(__u16 *)(to + 4) = raw >> 32;
#else
	*(__u32 *)to = value >> 16;
	*(__u16 *)(to + 4) = value;
#endif
}
