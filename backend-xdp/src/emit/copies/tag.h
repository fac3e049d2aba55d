/*
 * Stands in place of a packet's first bytes while copies of it are sent; those
 * wait in the slot. Nothing is put in front of packets, as devices take none that
 * are longer than their MTU.
 */
struct p4xdp_copy_tag {
	__u32 mark;
	__u32 slot;
	__u32 sequence;
};

/* What tags begin with. A packet that begins so by itself gets one, too. */
#define P4XDP_MARK 0x5d9ce1f3U

/* How many copies of a packet have gone to a device. */
struct p4xdp_taken {
	/* The lowest byte of the slot's sequence. */
	__u8 sequence;
	__u8 copies;
};
