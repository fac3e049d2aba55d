/* Changes entries of the program in tests/c_masked_entries.rs, whose keys have masks and ranges. */
#include "masked.h"
#include "entries.h"

static struct masked_maps maps;

static int open_maps(void)
{
	return masked_open_maps(device, &maps);
}

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
	if (!strcmp(word, "old")) {
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
	return -ENOSYS;
}
