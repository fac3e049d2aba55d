#ifndef P4XDP_ENTRIES_SUPPORT
#define P4XDP_ENTRIES_SUPPORT

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <time.h>

/* A direct counter or meter: a cell for each number of an entry. */
struct p4xdp_entry_cells {
	int map;
	__u32 size;
	/* Each processor has a cell of its own. */
	int is_per_cpu;
	/* A new entry begins with these bytes of the cell of misses, and zeros; how they are read
	 * and written. */
	__u32 kept_from, kept_to;
	__u64 flags;
};

struct p4xdp_table;
struct p4xdp_chunk;
struct p4xdp_vectors;

/* What is called for an entry, with its key (NULL where it is no map's) and value. */
typedef int p4xdp_entry_call(const struct p4xdp_table *table, const void *key, void *value,
			     void *more);

/* A table whose entries take more than one call of the kernel to change. */
struct p4xdp_table {
	/* The map with the entries, bytes of its keys and values, and of the action in these. */
	int entries;
	__u32 key_size, value_size, action_size;
	/* What its storage does. The key is what the table's make_key has made; a storage that has
	 * another key in its map begins it with that. 0, or a negative error number. */
	int (*find)(const struct p4xdp_table *table, void *key, void *value);
	int (*add)(const struct p4xdp_table *table, void *key, void *value);
	int (*remove)(const struct p4xdp_table *table, void *key);
	/* Of storages that do more: what comes first and last in a turn, what changes an entry that
	 * was found, and what tells of all entries. NULL where one call of the kernel does it. */
	int (*begin)(struct p4xdp_table *table);
	void (*end)(struct p4xdp_table *table);
	int (*replace)(const struct p4xdp_table *table, void *value);
	int (*each)(const struct p4xdp_table *table, p4xdp_entry_call *call, void *more);
	/* Of a table with masks: keys that are ranges, and where a value holds its rank. */
	__u32 ranges, rank;
	/* The same in a tuple space: the list of masks, and how many it may have. */
	int masks;
	__u32 most_masks;
	/* The same in bit vectors: the map with the finders, entries that it may have and those for
	 * which there is room, blocks of positions and words of a summary, and the bytes of keys that
	 * choose rows; and what is known of them in a turn. */
	int finders;
	__u32 size, slots, blocks, summary, chunk_count;
	const struct p4xdp_chunk *chunks;
	struct p4xdp_vectors *vectors;
	/* Of a table whose entries have numbers: where in a value, the numbers that entries of a
	 * control plane can have, and the elements of the map that lists those that are free. */
	__u32 number, first, numbers;
	int free_numbers;
	__u32 free_base;
	struct p4xdp_entry_cells cells[2];
	/* Of a table whose entries can be idle: the map that tells when they matched last, and the
	 * nanoseconds that an entry may be idle, 0 for ever. */
	int (*stamp)(const struct p4xdp_table *table, __u32 number);
	int idle;
	__u64 timeout;
};

/* One writer at a time in a network namespace, those of p4xdp among them: until the
 * descriptor is closed. */
static inline int p4xdp_lock(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX) && !err)
		if (errno != EINTR)
			err = -errno;
	if (err)
		close(fd);
	return err ? err : fd;
}

/* Waits until no packet is under way any more that was when it was called. */
static inline void p4xdp_wait_for_packets(void)
{
	const struct timespec much_longer = { 0, 100000000 };

	/* MEMBARRIER_CMD_GLOBAL, which not every kernel has. */
	if (syscall(SYS_membarrier, 1, 0, 0))
		nanosleep(&much_longer, NULL);
}

static inline int p4xdp_read_element(int map_fd, __u32 index, void *value)
{
	return bpf_map_lookup_elem(map_fd, &index, value) ? -errno : 0;
}

static inline int p4xdp_write_element(int map_fd, __u32 index, const void *value)
{
	return bpf_map_update_elem(map_fd, &index, value, BPF_ANY) ? -errno : 0;
}

/* The number in a value. */
static inline __u32 p4xdp_number(const struct p4xdp_table *table, const void *value)
{
	__u32 number;

	memcpy(&number, (const __u8 *)value + table->number, sizeof(number));
	return number;
}

/* Calls a function for each entry, until one is not 0. */
static inline int p4xdp_each_entry(const struct p4xdp_table *table,
				   p4xdp_entry_call *call, void *more)
{
	__u8 *key, *value, *last = NULL;
	int err;

	if (table->each)
		return table->each(table, call, more);
	key = (__u8 *)calloc(1, table->key_size);
	value = (__u8 *)calloc(1, table->value_size);
	err = key && value ? 0 : -ENOMEM;
	while (!err && !bpf_map_get_next_key(table->entries, last, key)) {
		last = key;
		/* The kernel may have displaced it. */
		if (!bpf_map_lookup_elem(table->entries, key, value))
			err = call(table, key, value, more);
	}
	free(key);
	free(value);
	return err;
}

/* What is known of a table's numbers is the first element of its list: one more than the
 * numbers that are listed as free, and from which number on all are; 0 for nothing. */
static inline int p4xdp_read_free(const struct p4xdp_table *table, __u32 at, __u64 *value)
{
	return p4xdp_read_element(table->free_numbers, table->free_base + at, value);
}

static inline int p4xdp_write_free(const struct p4xdp_table *table, __u32 at, __u64 value)
{
	return p4xdp_write_element(table->free_numbers, table->free_base + at, &value);
}

/* The next number that is known to be free; -ENOENT if none is. */
static inline int p4xdp_next_number(const struct p4xdp_table *table, __u32 *number)
{
	__u64 head, listed;
	int err = p4xdp_read_free(table, 0, &head);

	if (err)
		return err;
	if (head >> 32 > 1) {
		err = p4xdp_read_free(table, (__u32)(head >> 32) - 1, &listed);
		*number = (__u32)listed;
		return err ? err : p4xdp_write_free(table, 0, head - (1ULL << 32));
	}
	*number = (__u32)head;
	if (!head || *number >= table->numbers)
		return -ENOENT;
	return p4xdp_write_free(table, 0, head + 1);
}

static inline int p4xdp_mark_number(const struct p4xdp_table *table, const void *key,
				    void *value, void *used)
{
	__u32 number = p4xdp_number(table, value);

	(void)key;
	if (number < table->numbers)
		((__u8 *)used)[number] = 1;
	return 0;
}

/* Finds out which numbers are free: those that no entry has, and no packet. */
static inline int p4xdp_sweep_numbers(const struct p4xdp_table *table)
{
	__u8 *used = (__u8 *)calloc(table->numbers, 1);
	__u32 number, untouched = table->numbers;
	__u64 listed = 0;
	int err;

	if (!used)
		return -ENOMEM;
	err = p4xdp_each_entry(table, p4xdp_mark_number, used);
	while (untouched > table->first && !used[untouched - 1])
		untouched--;
	/* Packets that have an entry which went meanwhile. */
	p4xdp_wait_for_packets();
	for (number = table->first; !err && number < untouched; number++)
		if (!used[number])
			err = p4xdp_write_free(table, (__u32)++listed, number);
	free(used);
	return err ? err : p4xdp_write_free(table, 0, (listed + 1) << 32 | untouched);
}

/* A number that no entry has. */
static inline int p4xdp_take_number(const struct p4xdp_table *table, __u32 *number)
{
	int err = p4xdp_next_number(table, number);

	if (err != -ENOENT)
		return err;
	err = p4xdp_sweep_numbers(table);
	if (!err)
		err = p4xdp_next_number(table, number);
	return err == -ENOENT ? -ENOSPC : err;
}

/* There is no entry for which the number was taken last. */
static inline int p4xdp_give_back_number(const struct p4xdp_table *table, __u32 number)
{
	__u64 head;
	int err = p4xdp_read_free(table, 0, &head);

	if (!err)
		err = p4xdp_write_free(table, (__u32)(head >> 32), number);
	return err ? err : p4xdp_write_free(table, 0, head + (1ULL << 32));
}

/* Gives a number that no packet knows the cell of a new entry. */
static inline int p4xdp_begin_cell(const struct p4xdp_entry_cells *cells, __u32 number)
{
	int cpus = cells->is_per_cpu ? libbpf_num_possible_cpus() : 1, err = 0;
	__u32 misses = 0, to = cells->kept_to;
	__u8 *cell;

	if (cpus < 0)
		return cpus;
	cell = (__u8 *)calloc((size_t)cpus, (cells->size + 7) & ~7U);
	if (!cell)
		return -ENOMEM;
	if (to) {
		if (bpf_map_lookup_elem_flags(cells->map, &misses, cell, cells->flags))
			err = -errno;
		memset(cell, 0, cells->kept_from);
		memset(cell + to, 0, cells->size - to);
	}
	if (!err && bpf_map_update_elem(cells->map, &number, cell, cells->flags))
		err = -errno;
	free(cell);
	return err;
}

/* A number for a new entry, which its value is given. */
static inline int p4xdp_begin_entry(const struct p4xdp_table *table, __u8 *value)
{
	__u32 number, i;
	int err = p4xdp_take_number(table, &number);

	if (err)
		return err;
	for (i = 0; i < 2 && !err; i++)
		if (table->cells[i].size)
			err = p4xdp_begin_cell(&table->cells[i], number);
	if (!err && table->stamp)
		err = table->stamp(table, number);
	memcpy(value + table->number, &number, sizeof(number));
	if (err)
		p4xdp_give_back_number(table, number);
	return err;
}

static inline int p4xdp_add_entry(const struct p4xdp_table *table, void *key, __u8 *value)
{
	int err = table->numbers ? p4xdp_begin_entry(table, value) : 0;

	if (err)
		return err;
	err = table->add(table, key, value);
	if (err && table->numbers)
		p4xdp_give_back_number(table, p4xdp_number(table, value));
	return err;
}

/* Puts another action into an entry. Its number stays, and what its storage has behind the
 * action; its time begins anew. */
static inline int p4xdp_replace_entry(const struct p4xdp_table *table, void *key,
				      const __u8 *old, __u8 *value)
{
	__u32 size = table->action_size;
	int err = 0;

	if (table->numbers)
		memcpy(value + table->number, old + table->number, sizeof(__u32));
	memcpy(value + size, old + size, table->value_size - size);
	if (table->replace)
		err = table->replace(table, value);
	else if (bpf_map_update_elem(table->entries, key, value, BPF_EXIST))
		err = -errno;
	return !err && table->stamp ? table->stamp(table, p4xdp_number(table, old)) : err;
}

/* Waits for a turn to change a table: a lock that ends it, or a negative error number. */
static inline int p4xdp_begin_turn(struct p4xdp_table *table)
{
	int lock = p4xdp_lock(), err = lock >= 0 && table->begin ? table->begin(table) : 0;

	if (!err)
		return lock;
	close(lock);
	return err;
}

static inline void p4xdp_end_turn(struct p4xdp_table *table, int lock)
{
	if (table->end)
		table->end(table);
	close(lock);
}

/* Adds an entry (BPF_NOEXIST), or adds or replaces it (BPF_ANY). */
static inline int p4xdp_put_entry(struct p4xdp_table *table, void *key, const void *action,
				  __u64 flags)
{
	__u8 *old = (__u8 *)calloc(2, table->value_size), *value;
	int lock = old ? p4xdp_begin_turn(table) : -ENOMEM, err = lock;

	if (lock >= 0) {
		value = old + table->value_size;
		memcpy(value, action, table->action_size);
		err = table->find(table, key, old);
		if (err == -ENOENT)
			err = p4xdp_add_entry(table, key, value);
		else if (!err && flags == BPF_NOEXIST)
			err = -EEXIST;
		else if (!err)
			err = p4xdp_replace_entry(table, key, old, value);
		p4xdp_end_turn(table, lock);
	}
	free(old);
	return err;
}

/* Removes an entry. Its number is found to be free when one is wanted. */
static inline int p4xdp_remove_entry(struct p4xdp_table *table, void *key)
{
	int lock = p4xdp_begin_turn(table), err;

	if (lock < 0)
		return lock;
	err = table->remove(table, key);
	p4xdp_end_turn(table, lock);
	return err;
}

/* Finds the number of an entry, and calls a function with it in the same turn, if there is one. */
static inline int p4xdp_find_number(struct p4xdp_table *table, void *key, __u32 *number,
				    int (*call)(const struct p4xdp_table *table, __u32 number))
{
	__u8 *value = (__u8 *)calloc(1, table->value_size);
	int lock = value ? p4xdp_begin_turn(table) : -ENOMEM, err = lock;

	if (lock >= 0) {
		err = table->find(table, key, value);
		*number = p4xdp_number(table, value);
		if (!err && call)
			err = call(table, *number);
		p4xdp_end_turn(table, lock);
	}
	free(value);
	return err;
}

#endif /* P4XDP_ENTRIES_SUPPORT */
