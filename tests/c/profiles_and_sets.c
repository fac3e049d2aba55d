/* Members, groups and entries of testdata/packets/v1model_profiles.p4, and elements of value_set.p4. Each check that does not hold is a line on standard error and the exit status. */
#include <stdio.h>
#include "v1model_profiles.h"
#include "value_set.h"
#include "shared.h"

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

static void sets(const char *directory)
{
	int known = map(directory, KNOWN_MAP);

	CHECK(known_insert(known, 1) == 0);
	CHECK(known_insert(known, 1) == -EEXIST);
	CHECK(known_insert(known, 2) == 0);
	CHECK(known_delete(known, 1) == 0);
	CHECK(known_delete(known, 1) == -ENOENT);
}

/* Tables of one profile have the actions of each other's in other places. */
static void shared(const char *directory)
{
	int defaults = map(directory, "_data_default"), second = map(directory, S_SECOND_MAP);
	int profile = map(directory, S_PROFILE_MAP);

	CHECK(s_second_set_default_set(defaults, 0x31) == 0);
	CHECK(s_third_insert_member(map(directory, S_THIRD_MAP), 1, 5) == 0);
	CHECK(s_profile_set_member_twice(profile, 5, 3, 2) == 0);
	CHECK(s_profile_set_member_mark(profile, 6) == 0);
	CHECK(s_second_insert_member(second, 1, 6) == 0);
}

int main(int argc, char **argv)
{
	const __u32 both[] = { 1, 2, 2 }, many[200] = { 1 };

	if (argc == 2) {
		sets(argv[1]);
		return failures;
	}
	if (!strcmp(argv[2], "shared")) {
		shared(argv[1]);
		return failures;
	}
	int members = map(argv[1], MEMBERS_MAP), groups = map(argv[1], GROUPS_MAP), profile = map(argv[1], PROFILE_MAP);
	int flows = map(argv[1], BY_FLOW_MAP), of_flows = map(argv[1], BY_FLOW_GROUPS_MAP);

	CHECK(profile_set_member_set(profile, 7, 0x11) == 0);
	CHECK(profile_set_member_twice(profile, 8, 16, 0) == -ERANGE);
	CHECK(profile_set_member_twice(profile, 8, 0xa, 0xb) == 0);
	CHECK(members_insert_member(members, 1, 7) == 0);
	CHECK(members_insert_member(members, 1, 8) == -EEXIST);
	CHECK(members_update_member(members, 2, 8) == 0);
	CHECK(members_insert_member(members, 3, 7) == 0);
	CHECK(members_delete(members, 3) == 0);
	CHECK(members_delete(members, 3) == -ENOENT);
	CHECK(profile_delete_member(profile, 9) == -ENOENT);
	CHECK(by_flow_set_member_set(flows, 1, 0x21) == 0);
	CHECK(by_flow_set_member_set(flows, 2, 0x22) == 0);
	CHECK(by_flow_set_group(of_flows, 5, both, 3) == 0);
	CHECK(by_flow_set_group(of_flows, 6, many, 200) == -E2BIG);
	CHECK(by_flow_set_group(of_flows, 6, NULL, 0) == 0);
	CHECK(by_flow_delete_group(of_flows, 6) == 0);
	CHECK(by_flow_delete_group(of_flows, 6) == -ENOENT);
	CHECK(groups_insert_group(groups, 0x40, 4, 5) == 0);
	CHECK(groups_insert_member(groups, 0x40, 8, 1) == 0);
	CHECK(groups_insert_group(groups, 0x40, 9, 5) == -ERANGE);
	CHECK(groups_update_group(groups, 0x41, 8, 5) == 0);
	CHECK(groups_delete(groups, 0x41, 8) == 0);
	return failures;
}
