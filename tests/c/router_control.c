/* A control plane in plain C and libbpf for examples/router: loads the object, fills the table by the generated header, sends
 * packets through it and reads the counters. Exits 0 if all is as expected. */
#include "router.h"
#include <stdio.h>

#define CHECK(condition)                                                              \
	do {                                                                          \
		if (!(condition)) {                                                   \
			fprintf(stderr, "line %d: %s (errno %d)\n", __LINE__, #condition, errno); \
			return 1;                                                     \
		}                                                                     \
	} while (0)

/* Ethernet, IPv4 from 10.0.0.1 to 10.0.1.5 with time to live 64 and a right checksum. */
static const unsigned char packet[34] = {
	2, 0, 0, 0, 0, 0xa0, 2, 0, 0, 0, 0, 1, 8, 0,
	0x45, 0, 0, 0x14, 0, 1, 0, 0, 64, 0x11, 0x65, 0xd3, 10, 0, 0, 1, 10, 0, 1, 5,
};

static int run(int prog, unsigned char *out, unsigned int *verdict)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .data_out = out, .data_size_out = 256);
	int err = bpf_prog_test_run_opts(prog, &opts);

	*verdict = opts.retval;
	return err;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	int prog, table, defaults, counters;
	unsigned char out[256];
	unsigned int verdict;
	__u64 count = 0;

	CHECK(argc == 2);
	object = bpf_object__open_file(argv[1], NULL);
	CHECK(object && !bpf_object__load(object));
	prog = bpf_program__fd(bpf_object__find_program_by_name(object, P4XDP_ROUTER_PROGRAM));
	table = bpf_object__find_map_fd_by_name(object, ROUTE_MAP);
	defaults = bpf_object__find_map_fd_by_name(object, ROUTE_DEFAULT_MAP);
	counters = bpf_object__find_map_fd_by_name(object, PACKETS_MAP);
	CHECK(prog >= 0 && table >= 0 && defaults >= 0 && counters >= 0);

	/* No entry: the default action drops. */
	CHECK(!run(prog, out, &verdict) && verdict == 1);

	/* Numbers are in host order; ones that are too large are refused. */
	CHECK(!route_insert_next_hop(table, 0x0a000100, 24, 0x0200000000b1ULL, 0x0200000000a1ULL, 1));
	CHECK(route_insert_next_hop(table, 0x0a000100, 24, 0, 0, 1) == -EEXIST);
	CHECK(route_insert_next_hop(table, 0x0a000100, 33, 0, 0, 1) == -ERANGE);
	CHECK(route_insert_next_hop(table, 0x0a000200, 24, 1ULL << 48, 0, 1) == -ERANGE);
	CHECK(!run(prog, out, &verdict) && verdict == 4);
	CHECK(out[5] == 0xb1 && out[11] == 0xa1 && out[22] == 63 && out[24] == 0x66 && out[25] == 0xd3);

	/* A default action that forwards. */
	CHECK(!route_delete(table, 0x0a000100, 24));
	CHECK(route_delete(table, 0x0a000100, 24) == -ENOENT);
	CHECK(!route_set_default_next_hop(defaults, 0x0200000000c1ULL, 0x0200000000d1ULL, 1));
	CHECK(!run(prog, out, &verdict) && verdict == 4 && out[5] == 0xc1);

	CHECK(!packets_read(counters, 0, &count) && count == 2);
	CHECK(!packets_read(counters, 1, &count) && count == 1);
	bpf_object__close(object);
	return 0;
}
