/* The generation, with all that was written before it. */
static __always_inline __u32 p4xdp_generation(void)
{
	return __sync_fetch_and_add(&p4xdp_copy_generation, 0);
}
