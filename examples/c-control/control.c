/* A control plane in C for ../router/router.p4: keeps the table of the router that runs on a device as a file of routes says, and prints its
 * counters every second.
 *
 *     control DEVICE ROUTES [SECONDS]
 *
 * A line of ROUTES is `PREFIX/LENGTH NEXT-HOP-MAC OWN-MAC DEVICE`; `#` begins a comment. SIGHUP reads the file again, SIGINT and SIGTERM
 * end the program; the router goes on as it is. Needs libbpf and the header that `p4xdp build` writes. */
#include "router.h"
#include <arpa/inet.h>
#include <signal.h>

/* As many as the table holds. */
#define MOST_ROUTES 1024

struct route {
	__u32 prefix, length, port;
	__u64 next_hop, own;
};

static struct route routes[MOST_ROUTES];
static volatile sig_atomic_t again, ended;

static void on_signal(int number)
{
	if (number == SIGHUP)
		again = 1;
	else
		ended = 1;
}

static int parse_mac(const char *text, __u64 *mac)
{
	unsigned int b[6];
	char rest;
	int i;

	if (sscanf(text, "%x:%x:%x:%x:%x:%x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &rest) != 6)
		return 0;
	for (*mac = 0, i = 0; i < 6; i++) {
		if (b[i] > 0xff)
			return 0;
		*mac = *mac << 8 | b[i];
	}
	return 1;
}

/* The route of a line; 0 if it is none. */
static int parse_route(const char *line, struct route *route)
{
	char prefix[16], next_hop[18], own[18], device[IF_NAMESIZE];
	struct in_addr address;

	if (sscanf(line, "%15[0-9.]/%u %17s %17s %15s", prefix, &route->length, next_hop, own, device) != 5)
		return 0;
	route->port = if_nametoindex(device);
	if (inet_pton(AF_INET, prefix, &address) != 1 || route->length > 32 || !route->port)
		return 0;
	/* The header's functions take numbers in host order. */
	route->prefix = ntohl(address.s_addr);
	if (route->length < 32)
		route->prefix &= ~(0xffffffffU >> route->length);
	return parse_mac(next_hop, &route->next_hop) && parse_mac(own, &route->own);
}

/* Reads the file; the number of routes, or -1 after a message. */
static int read_routes(const char *path)
{
	FILE *file = fopen(path, "r");
	int count = 0, number = 0;
	char line[256];

	if (!file) {
		perror(path);
		return -1;
	}
	while (fgets(line, sizeof(line), file)) {
		number++;
		line[strcspn(line, "#\n")] = 0;
		if (line[strspn(line, " \t")] == 0)
			continue;
		if (count == MOST_ROUTES || !parse_route(line, &routes[count])) {
			fprintf(stderr, "%s:%d: %s\n", path, number,
				count == MOST_ROUTES ? "too many routes" :
				"expected PREFIX/LENGTH NEXT-HOP-MAC OWN-MAC DEVICE");
			fclose(file);
			return -1;
		}
		count++;
	}
	fclose(file);
	return count;
}

static int is_wanted(const struct route_key *key, int count)
{
	struct route_key wanted;

	while (count--)
		if (!route_make_key(&wanted, routes[count].prefix, routes[count].length) &&
		    !memcmp(&wanted, key, sizeof(wanted)))
			return 1;
	return 0;
}

/* Makes the table what the file says: what is wanted is put in first, then what is not wanted is taken out, so that no packet
 * of a route that stays finds none. */
static int synchronise(int table, const char *path)
{
	struct route_key key, next, *last = NULL;
	int i, err, removed = 0, count = read_routes(path);

	if (count < 0)
		return -1;
	for (i = 0; i < count; i++) {
		err = route_update_next_hop(table, routes[i].prefix, routes[i].length,
					    routes[i].next_hop, routes[i].own, routes[i].port);
		if (err) {
			fprintf(stderr, "route %d: %s\n", i + 1, strerror(-err));
			return -1;
		}
	}
	while (!bpf_map_get_next_key(table, last, &next)) {
		if (!is_wanted(&next, count)) {
			/* From where it was: the key that follows this one is not lost with it. */
			if (bpf_map_delete_elem(table, &next))
				return -1;
			removed++;
			continue;
		}
		key = next;
		last = &key;
	}
	printf("%d routes, %d removed\n", count, removed);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "routed", "no route", "expired", "not IPv4" };
	struct sigaction action = { .sa_handler = on_signal };
	struct router_maps maps;
	long seconds;
	__u32 i;
	int err;

	if (argc < 3) {
		fprintf(stderr, "usage: %s DEVICE ROUTES [SECONDS]\n", argv[0]);
		return 2;
	}
	seconds = argc > 3 ? atol(argv[3]) : -1;
	err = router_open_maps(argv[1], &maps);
	if (err) {
		fprintf(stderr, "%s: no router: %s\n", argv[1], strerror(-err));
		return 2;
	}
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = synchronise(maps.route, argv[2]);
	while (!err && !ended && seconds--) {
		sleep(1);
		if (again) {
			again = 0;
			/* A file that is wrong changes nothing. */
			synchronise(maps.route, argv[2]);
		}
		for (i = 0; i < 4; i++) {
			__u64 count = 0;

			err = packets_read(maps.packets, i, &count);
			printf("%s%s %llu", i ? ", " : "", names[i], (unsigned long long)count);
		}
		putchar('\n');
	}
	router_close_maps(&maps);
	return err ? 1 : 0;
}
