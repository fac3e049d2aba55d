/* Packets of this processor by verdict. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64);
} p4xdp_verdicts SEC(".maps");

/* Whether packets are counted: a loader that wants it makes the marked 0 a 1, so that the verifier removes either this or the test. */
static __always_inline __u64 p4xdp_counting(void)
{
	__u64 counting;

	asm volatile("LBB_p4xdp_counting_%=: %0 = 0" : "=r"(counting));
	return __builtin_expect(counting, 0);
}
