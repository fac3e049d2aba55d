/* Changes entries of the program in tests/c_masked_entries.rs, whose keys have masks and ranges. `die_insert` and the like are done by a process
 * that dies in front of one of its stores to memory that it shares with packets, by its number behind the other numbers. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIED 42

static long stores_left = -1;
#define __atomic_store_n(word, value, order) \
	do { \
		if (!stores_left--) \
			_exit(DIED); \
		__atomic_store_n(word, value, order); \
	} while (0)

#include "masked.h"
#include "entries.h"

static struct masked_maps maps;

static int open_maps(void)
{
	return masked_open_maps(device, &maps);
}

/* Makes a change in another process: its answer, or that it died. */
static long long die(const char *word)
{
	pid_t child = fork();
	int status;

	used = 0;
	if (!child) {
		stores_left = (long)given[13];
		_exit(call(word) ? EXIT_FAILURE : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status);
}

/* What a turn finds of the bit vectors, or of the masks. */
#ifdef P4XDP_BIT_VECTORS_SUPPORT
static long long turn(int makes_old)
{
	struct p4xdp_table table;
	long long found;
	int lock;

	t_table(&maps, &table);
	lock = p4xdp_begin_turn(&table);
	if (lock < 0)
		return lock;
	found = (long long)table.vectors->version;
	if (makes_old)
		p4xdp_store(&table.vectors->head[P4XDP_NEXT_AGE], 0xffffffff);
	p4xdp_end_turn(&table, lock);
	return found;
}

static long long version(void)
{
	return turn(0);
}

static long long make_old(void)
{
	return turn(1) < 0;
}
#else
static long long version(void)
{
	return -ENOSYS;
}

static long long make_old(void)
{
	struct p4xdp_masks masks;
	struct p4xdp_table table;
	int err;

	t_table(&maps, &table);
	err = p4xdp_read_masks(&table, &masks);
	if (err)
		return err;
	masks.next_age = 0xffffffff;
	err = p4xdp_write_head(&masks);
	p4xdp_end_masks(&masks);
	return err;
}
#endif

static long long call(const char *word)
{
	__u8 wide[9], wide_mask[9];
	__u32 a, a_mask, b, b_any, c, length, low, high, priority;
	__u64 w, w_mask, timeout;
	int i;

	a = next(), a_mask = next(), b = next(), b_any = next(), c = next(), length = next();
	low = next(), high = next();
	w = next(), w_mask = next();
	/* 72 bits: the number, and in front of it its last byte once more. */
	for (i = 0; i < 9; i++) {
		wide[i] = i ? w >> 8 * (8 - i) : w;
		wide_mask[i] = i ? w_mask >> 8 * (8 - i) : w_mask;
	}
	priority = next();
	timeout = next();
#define KEYS a, a_mask, b, b_any, c, length, (__s16)low, (__s16)high, wide, wide_mask, priority
	if (!strcmp(word, "insert"))
		return t_insert_set(&maps, KEYS, timeout, next());
	if (!strcmp(word, "update"))
		return t_update_set(&maps, KEYS, timeout, next());
	if (!strcmp(word, "delete"))
		return t_delete(&maps, KEYS);
	if (!strcmp(word, "timeout"))
		return t_set_idle_timeout(&maps, KEYS, timeout);
	if (!strcmp(word, "count")) {
		__u32 number;
		__u64 count;
		int err = t_number(&maps, KEYS, &number);

		if (!err)
			err = counted_read(maps.counted, number, &count);
		return err ? err : (long long)count;
	}
	if (!strncmp(word, "die_", 4))
		return die(word + 4);
	if (!strcmp(word, "old"))
		return make_old();
	if (!strcmp(word, "version"))
		return version();
	return -ENOSYS;
}
