/* Bytes of the packet that a checksum or hash takes at most, and what stands for one that cannot be had. */
#define XDP_MOST_BYTES 4096
#define XDP_NO_BYTES (~0ULL)

/* The place behind so many bytes, in the same range whatever they were: the verifier finds all ways alike. */
#define XDP_PACKET_NEXT(at, bytes) (at = ((at) + (bytes)) & 0x3fff)

/* So many bytes of the packet, or NULL. */
static __always_inline void *xdp_packet_bytes(void *data, void *end, __u64 at, __u32 bytes)
{
	void *p = data + (at & 0x3fff);

	barrier_var(p);
	return p + bytes > end ? NULL : p;
}
