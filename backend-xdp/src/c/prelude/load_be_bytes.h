/* size is a constant of at most 8. */
static __always_inline __u64 load_be_bytes(const void *from, __u32 size)
{
	__u64 value = 0;

#pragma unroll
	for (__u32 i = 0; i < size; i++)
		value = value << 8 | ((const __u8 *)from)[i];
	return value;
}
