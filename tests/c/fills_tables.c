/* Fills the tables of testdata/generated/controlled_from_c.p4. Each check that does not hold is a line on standard error and the exit status. */
#include <stdio.h>
#include "controlled_from_c.h"

static int failures;
#define CHECK(x) do { if (!(x)) { fprintf(stderr, "line %d: %s\n", __LINE__, #x); failures++; } } while (0)

static int map(const char *directory, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = bpf_obj_get(path);
	CHECK(fd >= 0);
	return fd;
}

int main(int argc, char **argv)
{
	int routes = map(argv[1], ROUTES_MAP), hosts = map(argv[1], HOSTS_MAP);
	int protocols = map(argv[1], PROTOCOLS_MAP), defaults = map(argv[1], "_data_default");
	__u64 count;

	if (argc > 2) {
		CHECK(seen_read(map(argv[1], SEEN_MAP), 5, &count) == 0 && count == 2);
		CHECK(seen_read(map(argv[1], SEEN_MAP), 6, &count) == 0 && count == 3);
		CHECK(seen_read(map(argv[1], SEEN_MAP), 8, &count) == -ENOENT);
		CHECK(senders_read(map(argv[1], SENDERS_MAP), 0x0a000001, &count) == 0 && count == 3);
		CHECK(senders_read(map(argv[1], SENDERS_MAP), 0x0a000002, &count) == -ENOENT);
		CHECK(routes_delete(routes, 0, 0x0b000000, 8) == 0);
		CHECK(routes_delete(routes, 0, 0x0b000000, 8) == -ENOENT);
		CHECK(protocols_delete(protocols, 17) == 0);
		CHECK(protocols_delete(protocols, 17) == -ENOENT);
		CHECK(routes_set_default_route(defaults, 0x060606060606ULL, 0) == 0);
		return failures;
	}
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 8, 0x020304050607ULL, -4) == 0);
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 8, 1, 0) == -EEXIST);
	CHECK(routes_insert_route(routes, 0, 0x0b000000, 33, 1, 0) == -ERANGE);
	CHECK(routes_insert_route(routes, 0, 0, 0, 0x1000000000000ULL, 0) == -ERANGE);
	CHECK(hosts_insert_tag(hosts, 0x020000000002ULL, 0x0a000001, 5) == 0);
	CHECK(hosts_insert_tag(hosts, 2, 2, 8) == -ERANGE);
	CHECK(hosts_insert_tag(hosts, 2, 2, 7) == -E2BIG);
	CHECK(hosts_update_tag(hosts, 0x020000000002ULL, 0x0a000001, 5) == 0);
	CHECK(protocols_insert_NoAction(protocols, 17) == 0);
	CHECK(protocols_insert_tag(protocols, 17, 6) == -EEXIST);
	CHECK(protocols_update_tag(protocols, 17, 6) == 0);
	return failures;
}
