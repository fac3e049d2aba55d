/* What the rounds of a loop need of the program that it is in. */
struct xdp_loop {
	struct xdp_md *ctx;
	void *shared;
};

/* What a round comes to if the loop goes on. A verdict is less and ends the program; a way out of the loop is more. */
#define XDP_NEXT_ROUND 256
