/* size is a constant between 9 and 16. */
static __always_inline __u128 load_be_bytes128(const void *from, __u32 size)
{
	return (__u128)load_be_bytes(from, size - 8) << 64 |
	       load_be64(from + (size - 8));
}
