/* size is a constant between 9 and 16. */
static __always_inline void store_be_bytes128(void *to, __u32 size, __u128 value)
{
	store_be_bytes(to, size - 8, (__u64)(value >> 64));
	store_be64(to + (size - 8), (__u64)value);
}
