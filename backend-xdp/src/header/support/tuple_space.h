#ifndef P4XDP_TUPLE_SPACE_SUPPORT
#define P4XDP_TUPLE_SPACE_SUPPORT

/*
 * Entries with masks in a hash map: an entry stands under the number of its mask and the bits of
 * its keys that the mask leaves, and behind its action it has the bounds of its ranges and its
 * rank. The array has the list of masks in falling order of the highest rank under each, ended by
 * one of rank 0. There is room for two lists, and a head that tells which is in use: a list in
 * another order is written beside it. Keys begin with the number of a mask, both what they have
 * to be and the bits that matter.
 */

/* An element of the array; behind its number are the bits that matter. In the head, rank is the
 * index of the list's first mask, and entries are the number of the next mask and the age of
 * the next entry. */
struct p4xdp_mask {
	__u64 rank, entries;
	__u32 number;
};

/* The list of a table's masks. */
struct p4xdp_masks {
	const struct p4xdp_table *table;
	__u32 first, next_number, next_age;
	/* The masks as they are to be, with room for one more, and as packets see them. */
	__u32 count, there;
	__u8 *list, *seen;
};

static inline __u32 p4xdp_mask_size(const struct p4xdp_table *table)
{
	return 16 + table->key_size;
}

/* A mask of the list; those that packets see begin at most_masks + 1. */
static inline struct p4xdp_mask *p4xdp_mask_at(const struct p4xdp_masks *masks, __u32 i)
{
	return (struct p4xdp_mask *)(masks->list + (size_t)i * p4xdp_mask_size(masks->table));
}

static inline int p4xdp_has_bits(const struct p4xdp_masks *masks, __u32 i, const void *key)
{
	__u32 size = masks->table->key_size;

	return !memcmp((__u8 *)p4xdp_mask_at(masks, i) + 20, (const __u8 *)key + size + 4, size - 4);
}

static inline void p4xdp_end_masks(struct p4xdp_masks *masks)
{
	free(masks->list);
}

#define P4XDP_MASKS_AT_ONCE 16

/* Reads as many masks of the list as one call takes, from one on. */
static inline int p4xdp_read_some_masks(const struct p4xdp_masks *masks, __u32 from)
{
	__u32 keys[P4XDP_MASKS_AT_ONCE], before = masks->first + from - 1, last;
	__u32 left = masks->table->most_masks - from;
	__u32 count = left < P4XDP_MASKS_AT_ONCE ? left : P4XDP_MASKS_AT_ONCE;

	/* The map may end with them. */
	if (bpf_map_lookup_batch(masks->table->masks, &before, &last, keys,
				 p4xdp_mask_at(masks, from), &count, NULL) && errno != ENOENT)
		return -errno;
	return 0;
}

/* Reads the list, to be ended. */
static inline int p4xdp_read_masks(const struct p4xdp_table *table, struct p4xdp_masks *masks)
{
	__u32 most = table->most_masks, size = p4xdp_mask_size(table), i;
	const struct p4xdp_mask *mask;
	int err;

	memset(masks, 0, sizeof(*masks));
	masks->table = table;
	masks->list = (__u8 *)calloc(2 * (size_t)most + 2, size);
	if (!masks->list)
		return -ENOMEM;
	masks->seen = masks->list + (size_t)(most + 1) * size;
	mask = p4xdp_mask_at(masks, 0);
	err = p4xdp_read_element(table->masks, 0, masks->list);
	/* Packets begin at this element too; the head ends the list, as its rank is 0 then. */
	if (mask->rank == 1 || mask->rank == most + 1)
		masks->first = (__u32)mask->rank;
	masks->next_number = (__u32)(mask->entries >> 32);
	masks->next_age = (__u32)mask->entries;
	for (i = 0; !err && masks->first && i < most && masks->count == i; i += P4XDP_MASKS_AT_ONCE) {
		err = p4xdp_read_some_masks(masks, i);
		while (masks->count < most && masks->count < i + P4XDP_MASKS_AT_ONCE &&
		       p4xdp_mask_at(masks, masks->count)->rank)
			masks->count++;
	}
	masks->there = masks->count;
	memcpy(masks->seen, masks->list, (size_t)masks->count * size);
	if (err)
		p4xdp_end_masks(masks);
	return err;
}

static inline int p4xdp_write_head(const struct p4xdp_masks *masks)
{
	__u8 *bytes = (__u8 *)calloc(1, p4xdp_mask_size(masks->table));
	struct p4xdp_mask *head = (struct p4xdp_mask *)bytes;
	int err;

	if (!bytes)
		return -ENOMEM;
	head->rank = masks->first;
	head->entries = (__u64)masks->next_number << 32 | masks->next_age;
	err = p4xdp_write_element(masks->table->masks, 0, bytes);
	free(bytes);
	return err;
}

/* Writes the masks from one on, the last one first: until the first one is written, the list
 * ends in front of it. */
static inline int p4xdp_write_masks_from(const struct p4xdp_masks *masks, __u32 from)
{
	__u32 most = masks->table->most_masks, i = masks->count;
	int map = masks->table->masks, err = 0;

	if ((i > from || !from) && i < most) {
		memset(p4xdp_mask_at(masks, i), 0, p4xdp_mask_size(masks->table));
		err = p4xdp_write_element(map, masks->first + i, p4xdp_mask_at(masks, i));
	}
	while (!err && i-- > from)
		err = p4xdp_write_element(map, masks->first + i, p4xdp_mask_at(masks, i));
	return err;
}

/* Puts the list in order: of two masks with the same rank the one that was in front stays so. */
static inline void p4xdp_sort_masks(struct p4xdp_masks *masks)
{
	__u32 size = p4xdp_mask_size(masks->table), i, at;
	__u8 *spare = (__u8 *)p4xdp_mask_at(masks, masks->table->most_masks);

	for (i = 1; i < masks->count; i++) {
		memcpy(spare, p4xdp_mask_at(masks, i), size);
		for (at = i; at && p4xdp_mask_at(masks, at - 1)->rank < ((struct p4xdp_mask *)spare)->rank; at--)
			;
		memmove(p4xdp_mask_at(masks, at + 1), p4xdp_mask_at(masks, at), (size_t)(i - at) * size);
		memcpy(p4xdp_mask_at(masks, at), spare, size);
	}
}

/* Masks that packets see are where they were: others stand behind them, and ranks change. Each
 * rank is true before and after. */
static inline int p4xdp_write_masks_in_place(const struct p4xdp_masks *masks)
{
	__u32 size = p4xdp_mask_size(masks->table), i;
	int err = p4xdp_write_head(masks);

	if (!err)
		err = p4xdp_write_masks_from(masks, masks->there);
	for (i = 0; !err && i < masks->there; i++)
		if (memcmp(p4xdp_mask_at(masks, i), masks->seen + (size_t)i * size, size))
			err = p4xdp_write_element(masks->table->masks, masks->first + i,
						  p4xdp_mask_at(masks, i));
	return err;
}

static inline int p4xdp_write_masks_beside(struct p4xdp_masks *masks)
{
	int err;

	/* Packets that began before the list changed its place the last time. */
	if (masks->first)
		p4xdp_wait_for_packets();
	masks->first = masks->first == 1 ? 1 + masks->table->most_masks : 1;
	err = p4xdp_write_masks_from(masks, 0);
	return err ? err : p4xdp_write_head(masks);
}

/* Makes the list that packets see what it is to be. */
static inline int p4xdp_write_masks(struct p4xdp_masks *masks)
{
	__u32 size = p4xdp_mask_size(masks->table), i;
	int stays, err;

	p4xdp_sort_masks(masks);
	stays = masks->first && masks->count >= masks->there;
	for (i = 0; stays && i < masks->there; i++)
		stays = ((struct p4xdp_mask *)(masks->seen + (size_t)i * size))->number ==
			p4xdp_mask_at(masks, i)->number;
	err = stays ? p4xdp_write_masks_in_place(masks) : p4xdp_write_masks_beside(masks);
	masks->there = masks->count;
	memcpy(masks->seen, masks->list, (size_t)masks->count * size);
	return err;
}

static inline int p4xdp_count_under_mask(const struct p4xdp_table *table, const void *key,
					 void *value, void *more)
{
	struct p4xdp_masks *masks = (struct p4xdp_masks *)more;
	__u64 rank = p4xdp_rank(table, value) | 0xffffffff;
	struct p4xdp_mask *mask;
	__u32 i;

	for (i = 0; i < masks->count; i++) {
		mask = p4xdp_mask_at(masks, i);
		if (memcmp(&mask->number, key, sizeof(mask->number)))
			continue;
		mask->entries++;
		if (rank > mask->rank)
			mask->rank = rank;
	}
	return 0;
}

/* Takes those masks out of the list under which nothing stands, and finds the true ranks of the
 * others. */
static inline int p4xdp_sweep_masks(struct p4xdp_masks *masks)
{
	__u32 i, kept = 0;
	int err;

	for (i = 0; i < masks->count; i++)
		p4xdp_mask_at(masks, i)->rank = p4xdp_mask_at(masks, i)->entries = 0;
	err = p4xdp_each_entry(masks->table, p4xdp_count_under_mask, masks);
	for (i = 0; i < masks->count; i++)
		if (p4xdp_mask_at(masks, i)->entries)
			memmove(p4xdp_mask_at(masks, kept++), p4xdp_mask_at(masks, i),
				p4xdp_mask_size(masks->table));
	masks->count = kept;
	return err;
}

/* What is left to do behind a change: masks that have become useless, and numbers. */
static inline int p4xdp_finish_masks(struct p4xdp_masks *masks)
{
	__u32 size = p4xdp_mask_size(masks->table), i;
	int err = 0;

	for (i = 0; i < masks->count; i++)
		if (!p4xdp_mask_at(masks, i)->entries)
			break;
	if (i < masks->count)
		err = p4xdp_sweep_masks(masks);
	if (err)
		return err;
	if (masks->count != masks->there || memcmp(masks->list, masks->seen, (size_t)masks->count * size))
		return p4xdp_write_masks(masks);
	return p4xdp_write_head(masks);
}

/* Adds a mask with a key's bits, under which nothing stands. */
static inline int p4xdp_add_mask(struct p4xdp_masks *masks, const void *key, __u32 *at)
{
	const struct p4xdp_table *table = masks->table;
	struct p4xdp_mask *mask;
	__u32 number = masks->next_number, i;
	int err;

	if (masks->count >= table->most_masks) {
		err = p4xdp_sweep_masks(masks);
		if (err)
			return err;
	}
	if (masks->count >= table->most_masks)
		return -ENOSPC;
	for (i = 0; i < masks->count || !number; i++)
		if (!number || p4xdp_mask_at(masks, i)->number == number) {
			number++;
			i = (__u32)-1;
		}
	masks->next_number = number + 1;
	*at = masks->count++;
	mask = p4xdp_mask_at(masks, *at);
	memcpy((__u8 *)mask + 16, (const __u8 *)key + table->key_size, table->key_size);
	mask->number = number;
	mask->rank = mask->entries = 0;
	return 0;
}

/* Looks for an entry under the masks that have a key's bits. The key is given the number of its
 * mask, or of the first such mask that has room for it; 0 for none. */
static inline int p4xdp_find_under_masks(const struct p4xdp_masks *masks, void *key, void *value)
{
	const struct p4xdp_table *table = masks->table;
	__u32 i, room = 0;

	for (i = 0; i < masks->count; i++) {
		__u32 number = p4xdp_mask_at(masks, i)->number;

		if (!p4xdp_has_bits(masks, i, key))
			continue;
		memcpy(key, &number, sizeof(number));
		if (!bpf_map_lookup_elem(table->entries, key, value)) {
			if (p4xdp_rank(table, value) >> 32 == p4xdp_precedence(table, key) &&
			    p4xdp_has_ranges(table, key, value))
				return 0;
		} else if (errno != ENOENT) {
			return -errno;
		} else if (!room) {
			room = number;
		}
	}
	memcpy(key, &room, sizeof(room));
	return -ENOENT;
}

static inline int p4xdp_tuple_space_find(const struct p4xdp_table *table, void *key, void *value)
{
	struct p4xdp_masks masks;
	int err = p4xdp_read_masks(table, &masks);

	if (err)
		return err;
	err = p4xdp_find_under_masks(&masks, key, value);
	p4xdp_end_masks(&masks);
	return err;
}

/* The mask under which a new entry is to stand, put into the list where packets see it: that
 * which the key names, or else a new one. */
static inline int p4xdp_mask_of_new(struct p4xdp_masks *masks, void *key, __u32 *number)
{
	__u64 rank = p4xdp_highest_rank(masks->table, key);
	struct p4xdp_mask *mask;
	__u32 at;
	int err = 0;

	memcpy(number, key, sizeof(*number));
	for (at = 0; at < masks->count; at++)
		if (p4xdp_mask_at(masks, at)->number == *number)
			break;
	if (!*number || at == masks->count)
		err = p4xdp_add_mask(masks, key, &at);
	if (err)
		return err;
	mask = p4xdp_mask_at(masks, at);
	*number = mask->number;
	memcpy(key, number, sizeof(*number));
	mask->entries++;
	if (mask->rank >= rank)
		return 0;
	mask->rank = rank;
	return p4xdp_write_masks(masks);
}

/* Entries by age, the oldest first. */
struct p4xdp_aged {
	__u32 count;
	__u8 *list;
};

static inline int p4xdp_compare_ages(const void *one, const void *other)
{
	__u32 a = (__u32)*(const __u64 *)one, b = (__u32)*(const __u64 *)other;

	/* The low half of a rank falls with the age. */
	return a < b ? 1 : a > b ? -1 : 0;
}

static inline int p4xdp_gather_age(const struct p4xdp_table *table, const void *key, void *value,
				   void *more)
{
	struct p4xdp_aged *aged = (struct p4xdp_aged *)more;
	size_t size = 8 + table->key_size;
	__u8 *list = (__u8 *)realloc(aged->list, (aged->count + 1) * size);
	__u64 rank = p4xdp_rank(table, value);

	if (!list)
		return -ENOMEM;
	aged->list = list;
	list += aged->count++ * size;
	memcpy(list, &rank, sizeof(rank));
	memcpy(list + 8, key, table->key_size);
	return 0;
}

/* Numbers the entries' ages anew, the oldest first, so that their order is the same all the
 * time; the number of entries, or a negative error number. */
static inline int p4xdp_renew_ages(const struct p4xdp_table *table, __u32 *next_age)
{
	struct p4xdp_aged aged = { 0, NULL };
	size_t size = 8 + table->key_size;
	__u8 *value = (__u8 *)calloc(1, table->value_size);
	int err = value ? p4xdp_each_entry(table, p4xdp_gather_age, &aged) : -ENOMEM;
	__u32 age;

	if (!err && aged.count)
		qsort(aged.list, aged.count, size, p4xdp_compare_ages);
	for (age = 0; !err && age < aged.count; age++) {
		const __u8 *key = aged.list + age * size + 8;

		if (bpf_map_lookup_elem(table->entries, key, value))
			err = -errno;
		p4xdp_set_rank(table, value, (p4xdp_rank(table, value) | 0xffffffff) - age);
		if (!err && bpf_map_update_elem(table->entries, key, value, BPF_EXIST))
			err = -errno;
	}
	*next_age = aged.count;
	free(aged.list);
	free(value);
	return err;
}

/* Puts what a new entry has behind its action into its value. */
static inline int p4xdp_rank_new(struct p4xdp_masks *masks, const void *key, void *value)
{
	int err = 0;

	/* After four thousand million of them. */
	if (masks->next_age == 0xffffffff)
		err = p4xdp_renew_ages(masks->table, &masks->next_age);
	p4xdp_put_rank(masks->table, key, value, masks->next_age++);
	return err;
}

static inline struct p4xdp_mask *p4xdp_numbered_mask(const struct p4xdp_masks *masks, const void *key)
{
	__u32 i;

	for (i = 0; i < masks->count; i++)
		if (!memcmp(&p4xdp_mask_at(masks, i)->number, key, sizeof(__u32)))
			return p4xdp_mask_at(masks, i);
	return NULL;
}

/* Adds an entry, whose key has been looked for. */
static inline int p4xdp_tuple_space_add(const struct p4xdp_table *table, void *key, void *value)
{
	struct p4xdp_masks masks;
	struct p4xdp_mask *mask;
	int finished, err = p4xdp_read_masks(table, &masks);
	__u32 number;

	if (err)
		return err;
	err = p4xdp_mask_of_new(&masks, key, &number);
	if (!err)
		err = p4xdp_rank_new(&masks, key, value);
	if (!err && bpf_map_update_elem(table->entries, key, value, BPF_NOEXIST))
		err = -errno;
	mask = p4xdp_numbered_mask(&masks, key);
	if (err && mask)
		mask->entries--;
	finished = p4xdp_finish_masks(&masks);
	p4xdp_end_masks(&masks);
	return err ? err : finished;
}

static inline int p4xdp_tuple_space_remove(const struct p4xdp_table *table, void *key)
{
	__u8 *value = (__u8 *)calloc(1, table->value_size);
	struct p4xdp_masks masks;
	struct p4xdp_mask *mask;
	int err = value ? p4xdp_read_masks(table, &masks) : -ENOMEM;

	if (!err) {
		err = p4xdp_find_under_masks(&masks, key, value);
		if (!err && bpf_map_delete_elem(table->entries, key))
			err = -errno;
		mask = p4xdp_numbered_mask(&masks, key);
		if (!err && mask && mask->entries)
			mask->entries--;
		if (!err)
			err = p4xdp_finish_masks(&masks);
		p4xdp_end_masks(&masks);
	}
	free(value);
	return err;
}

/* Entries have masks, of which there is a list. */
static inline void p4xdp_in_tuple_space(struct p4xdp_table *table)
{
	table->find = p4xdp_tuple_space_find;
	table->add = p4xdp_tuple_space_add;
	table->remove = p4xdp_tuple_space_remove;
}

#endif /* P4XDP_TUPLE_SPACE_SUPPORT */
