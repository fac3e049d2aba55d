/* The same from memory to the packet. */
static __always_inline bool bytes_to_packet(void *to, const void *from, void *end, const volatile __u32 *number, __u32 most)
{
	__u32 above = 0;

#pragma unroll
	for (__u32 bytes = 512; bytes; bytes /= 2) {
		if (bytes <= most) {
			__u32 left = *number, at = left & above;

			if (left & bytes) {
				void *p = to + at;

				barrier_var(p);
				if (p + bytes > end)
					return false;
				copy_bytes(p, from + at, bytes);
			}
			above |= bytes;
		}
	}
	return true;
}
