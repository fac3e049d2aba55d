/* size is a constant of at most 8. */
static __always_inline void store_be_bytes(void *to, __u32 size, __u64 value)
{
#pragma unroll
	for (__u32 i = 0; i < size; i++)
		((__u8 *)to)[i] = value >> (size - 1 - i) * 8;
}
