/*
 * A meter of two rates and three colours (RFC 2698). A bucket is kept as what is
 * taken out of it, in units of 1/XDP_METER_SCALE, so that the rate, in units a
 * second, is what flows back in a nanosecond, and nothing is rounded. Zeros are
 * full buckets; a burst of 0 is a meter without rates. A full bucket has less
 * than 2^62, since bursts have 32 bits.
 */
#define XDP_METER_SCALE 1000000000ULL

struct xdp_meter {
	struct bpf_spin_lock lock;
	__u32 committed_burst;
	__u64 committed_rate;
	__u64 peak_rate;
	__u32 peak_burst;
	__u64 committed_taken;
	__u64 peak_taken;
	/* When it was last used, in nanoseconds. */
	__u64 at;
};

/* What is still taken out of a bucket after so many nanoseconds, be they ever so many. */
static __always_inline __u64 xdp_meter_refill(__u64 taken, __u64 rate,
					      __u64 elapsed)
{
	__u64 low = (__u64)(__u32)elapsed * (__u32)rate, high, back;

	/* The product may have more than 64 bits; its parts have not, unless both factors are large. */
	if (elapsed >> 32 && rate >> 32)
		return 0;
	high = (elapsed >> 32) * (__u32)rate + (rate >> 32) * (__u32)elapsed + (low >> 32);
	back = high << 32 | (__u32)low;
	if (high >> 32 || back >= taken)
		return 0;
	return taken - back;
}

/*
 * The colour of a packet of so many units: 0 is green, 1 yellow, 2 red. Green if
 * there is no such meter, or it has no rates. A function of its own, with a stack
 * of its own: it is long, and the verifier forgets what it knows of a 32-bit
 * variable on the stack when the index is written beside it.
 */
static __attribute__((noinline)) __u32 xdp_meter_colour(void *map, __u32 index, __u64 units)
{
	struct xdp_meter *meter = bpf_map_lookup_elem(map, &index);
	__u64 now, elapsed, committed, peak, needed = units * XDP_METER_SCALE;
	__u32 colour = 0;

	if (!meter || !meter->peak_burst)
		return 0;
	/* No helper may be called while the lock is held. */
	now = bpf_ktime_get_ns();
	bpf_spin_lock(&meter->lock);
	/* Another processor may have looked at the clock later and been here before. */
	elapsed = now > meter->at ? now - meter->at : 0;
	meter->at += elapsed;
	committed = xdp_meter_refill(meter->committed_taken, meter->committed_rate, elapsed);
	peak = xdp_meter_refill(meter->peak_taken, meter->peak_rate, elapsed);
	if (peak + needed > meter->peak_burst * XDP_METER_SCALE) {
		/* The rates may have been taken away since. */
		colour = meter->peak_burst ? 2 : 0;
	} else {
		peak += needed;
		if (committed + needed > meter->committed_burst * XDP_METER_SCALE)
			colour = 1;
		else
			committed += needed;
	}
	meter->committed_taken = committed;
	meter->peak_taken = peak;
	bpf_spin_unlock(&meter->lock);
	return colour;
}
