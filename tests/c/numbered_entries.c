/* Changes entries of the program `numbered` in tests/c_numbered_entries.rs: in a hash map, an array, a trie, and with an action profile, each with a
 * counter, a meter and an idle timeout; with several prefixes; with a range; with masks and an action profile; and a value set whose keys have masks. */
#include "numbered.h"
#include "entries.h"

static struct numbered_maps maps;

static int open_maps(void)
{
	return numbered_open_maps(device, &maps);
}

static long long count(int err, int map_fd, __u32 number)
{
	__u64 value;

	if (!err)
		err = counted_0_read(map_fd, number, &value);
	return err ? err : (long long)value;
}

static int is(const char *word, const char *other)
{
	return !strcmp(word, other);
}

static long long call(const char *word)
{
	__u32 key = next(), length = next(), number = 0;
	__u64 timeout = next();
	__u32 by = next();
	int err;

	if (is(word, "insert_hash"))
		return in_hash_insert_set_0(&maps, key, timeout, by);
	if (is(word, "update_hash"))
		return in_hash_update_set_0(&maps, key, timeout, by);
	if (is(word, "delete_hash"))
		return in_hash_delete(&maps, key);
	if (is(word, "count_hash")) {
		err = in_hash_number(&maps, key, &number);
		return count(err, maps.counted_0, number);
	}
	if (is(word, "insert_array"))
		return in_array_insert_set_1(&maps, key, timeout, by);
	if (is(word, "update_array"))
		return in_array_update_set_1(&maps, key, timeout, by);
	if (is(word, "delete_array"))
		return in_array_delete(&maps, key);
	if (is(word, "count_array")) {
		err = in_array_number(&maps, key, &number);
		return count(err, maps.counted_1, number);
	}
	if (is(word, "insert_trie"))
		return in_trie_insert_set_2(&maps, key, length, timeout, by);
	if (is(word, "update_trie"))
		return in_trie_update_set_2(&maps, key, length, timeout, by);
	if (is(word, "delete_trie"))
		return in_trie_delete(&maps, key, length);
	if (is(word, "count_trie")) {
		err = in_trie_number(&maps, key, length, &number);
		return count(err, maps.counted_2, number);
	}
	if (is(word, "member"))
		return profile_set_member_set_3(maps.profile, key, by);
	if (is(word, "insert_profile"))
		return in_profile_insert_member(&maps, key, timeout, by);
	if (is(word, "update_profile"))
		return in_profile_update_member(&maps, key, timeout, by);
	if (is(word, "delete_profile"))
		return in_profile_delete(&maps, key);
	if (is(word, "count_profile")) {
		err = in_profile_number(&maps, key, &number);
		return count(err, maps.counted_3, number);
	}
	if (is(word, "timeout_profile"))
		return in_profile_set_idle_timeout(&maps, key, timeout);
	if (is(word, "insert_prefixes"))
		return prefixes_insert_put(&maps, key, length, key, 32 - length, by);
	if (is(word, "delete_prefixes"))
		return prefixes_delete(&maps, key, length, key, 32 - length);
	if (is(word, "insert_range"))
		return in_range_insert_put(&maps, given[0], given[1], (__u32)given[2], (__u32)given[3]);
	if (is(word, "delete_range"))
		return in_range_delete(&maps, given[0], given[1], (__u32)given[2]);
	if (is(word, "insert_masked"))
		return masked_insert_member(&maps, key, length, 7, by);
	if (is(word, "update_masked"))
		return masked_update_member(&maps, key, length, 7, by);
	if (is(word, "delete_masked"))
		return masked_delete(&maps, key, length, 7);
	if (is(word, "insert_set"))
		return known_insert(&maps, key, length);
	if (is(word, "delete_set"))
		return known_delete(&maps, key, length);
	return -ENOSYS;
}
