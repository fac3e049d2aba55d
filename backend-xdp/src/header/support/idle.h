#ifndef P4XDP_IDLE_SUPPORT
#define P4XDP_IDLE_SUPPORT

/* The kernel's tick (jiffies), by which packets note that an entry matched. Programs alone can
 * read it, so one writes it into a packet of 16 bytes. */
static inline int p4xdp_tick(__u64 *tick)
{
	const struct bpf_insn program[] = {
		{ BPF_LDX | BPF_MEM | BPF_W, 6, 1, 0, 0 },
		{ BPF_LDX | BPF_MEM | BPF_W, 7, 1, 4, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, 8, 6, 0, 0 },
		{ BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, 16 },
		{ BPF_JMP | BPF_JGT | BPF_X, 8, 7, 2, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_jiffies64 },
		{ BPF_STX | BPF_MEM | BPF_DW, 6, 0, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 2 /* XDP_PASS */ },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "p4xdp_clock", "GPL", program,
			       sizeof(program) / sizeof(program[0]), NULL);
	struct bpf_test_run_opts run;
	__u64 packet[2] = { 0, 0 };
	int err = 0;

	if (fd < 0)
		return -errno;
	memset(&run, 0, sizeof(run));
	run.sz = sizeof(run);
	run.data_in = run.data_out = packet;
	run.data_size_in = run.data_size_out = sizeof(packet);
	if (bpf_prog_test_run_opts(fd, &run))
		err = -errno;
	close(fd);
	*tick = packet[0];
	return err;
}

/* The time that an entry may be idle begins now. */
static inline int p4xdp_stamp(const struct p4xdp_table *table, __u32 number)
{
	__u64 cell[2];
	int err = p4xdp_tick(&cell[0]);

	cell[1] = table->timeout;
	return err ? err : p4xdp_write_element(table->idle, number, cell);
}

/* Sets the time that an entry may be idle, which begins now. */
static inline int p4xdp_set_timeout(struct p4xdp_table *table, void *key)
{
	__u32 number;

	return p4xdp_find_number(table, key, &number, p4xdp_stamp);
}

#endif /* P4XDP_IDLE_SUPPORT */
