/*
 * Packet pointers are loaded by hand: from C, clang may spill the 32-bit half
 * that it sees, which the verifier refuses. volatile, because every
 * bpf_xdp_adjust_* moves the packet.
 */
static __always_inline void *xdp_data(struct xdp_md *ctx)
{
	void *data;

	asm volatile("%0 = *(u32 *)(%1 + 0)" : "=r"(data) : "r"(ctx));
	return data;
}

static __always_inline void *xdp_data_end(struct xdp_md *ctx)
{
	void *end;

	asm volatile("%0 = *(u32 *)(%1 + 4)" : "=r"(end) : "r"(ctx));
	return end;
}
