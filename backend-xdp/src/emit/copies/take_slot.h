/* Takes a slot for a packet; its number, not 0. */
static __always_inline __u32 p4xdp_take_slot(void)
{
	struct p4xdp_copy_slot *slot = p4xdp_slot(1);
	__u32 number;

	if (!slot)
		return 0;
	number = slot->next++ % 256 + 1;
	slot = p4xdp_slot(number);
	if (!slot)
		return 0;
	slot->sequence++;
	if (!(__u8)slot->sequence)
		clear_bytes(slot->taken, sizeof(slot->taken));
	return number;
}
