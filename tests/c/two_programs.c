/* Controls two programs that have a table `route` each, on two devices. */
#include "router.h"
#include "edge.h"

int main(int argc, char **argv)
{
	struct router_maps first;
	struct e_edge_maps second;
	int err = argc == 3 ? 0 : -EINVAL;

	if (!err)
		err = router_open_maps(argv[1], &first);
	/* Each header finds its own program only. */
	if (!err && e_edge_open_maps(argv[1], &second) != -ENOENT)
		err = -EEXIST;
	if (!err)
		err = e_edge_open_maps(argv[2], &second);
	if (!err)
		err = route_insert_drop(first.route, 0x0a000000, 8);
	if (!err)
		err = e_route_insert_drop(second.route, 0x0b000000, 8);
	if (!err)
		err = e_route_set_default_drop(second.data_default);
	if (err) {
		fprintf(stderr, "%s\n", strerror(-err));
		return 1;
	}
	router_close_maps(&first);
	e_edge_close_maps(&second);
	return 0;
}
