/*
 * Copies bytes of the packet, a piece for each bit of their number, which is
 * most at most, a constant. It is read again for each, so that the verifier
 * finds all ways alike. What is written has room for twice the largest piece.
 */
static __always_inline bool bytes_from_packet(void *to, void *from, void *end, const volatile __u32 *number, __u32 most)
{
	__u32 above = 0;

#pragma unroll
	for (__u32 bytes = 512; bytes; bytes /= 2) {
		if (bytes <= most) {
			__u32 left = *number, at = left & above;

			if (left & bytes) {
				void *p = from + at;

				barrier_var(p);
				if (p + bytes > end)
					return false;
				copy_bytes(to + at, p, bytes);
			}
			above |= bytes;
		}
	}
	return true;
}
