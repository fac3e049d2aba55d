/*
 * The same for a packet that has a colour already, from which it does not come
 * back: a yellow one takes nothing from the committed bucket, a red one nothing
 * at all. Its colour if there is no such meter, or it has no rates.
 */
static __attribute__((noinline)) __u32 xdp_meter_aware(void *map, __u32 index,
						       __u64 units, __u32 before)
{
	__u64 now, elapsed, peak, needed = units * XDP_METER_SCALE;
	struct xdp_meter *meter;
	__u32 colour = before;

	if (!before)
		return xdp_meter_colour(map, index, units);
	meter = bpf_map_lookup_elem(map, &index);
	if (!meter || !meter->peak_burst)
		return before;
	now = bpf_ktime_get_ns();
	bpf_spin_lock(&meter->lock);
	elapsed = now > meter->at ? now - meter->at : 0;
	meter->at += elapsed;
	meter->committed_taken = xdp_meter_refill(meter->committed_taken, meter->committed_rate, elapsed);
	peak = xdp_meter_refill(meter->peak_taken, meter->peak_rate, elapsed);
	if (peak + needed > meter->peak_burst * XDP_METER_SCALE)
		colour = meter->peak_burst ? 2 : before;
	else if (before == 1)
		peak += needed;
	meter->peak_taken = peak;
	bpf_spin_unlock(&meter->lock);
	return colour;
}
