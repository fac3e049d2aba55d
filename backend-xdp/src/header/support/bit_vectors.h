#ifndef P4XDP_BIT_VECTORS_SUPPORT
#define P4XDP_BIT_VECTORS_SUPPORT

#include <sys/mman.h>

/*
 * Entries in bit vectors: two arrays that are mapped into memory.
 *
 *   entry   action, ranges | rank, since, until (u64 each) | keys, where the mask has ones | mask
 *   finder  version, settled, switched, next age, 4 more (u64 each) | rows | positions
 *
 * Each byte of a key (a chunk) chooses a row of bits, one for each position, and a summary with a
 * bit for each block of 64 positions; the entry whose bit stands in all rows matches. Entries
 * stand at positions in the order of their ranks, the highest first. A position names its entry,
 * and in its upper half the one before it.
 *
 * An entry is there for packets of the versions from since on and before until; 0 and 0 is one
 * that is free. The lowest bit of the version tells which of two finders packets use; what else
 * begins a finder counts in the first one. All packets are at the version `settled` or a later
 * one, and the finder is in use since `switched`. So a change is made beside what packets have,
 * and the version, written last, makes it one step. What a writer leaves that dies before that is
 * taken back in the next turn.
 */

/* What stands where in a finder's head, and behind the action and ranges of an entry. */
enum { P4XDP_VERSION, P4XDP_SETTLED, P4XDP_SWITCHED, P4XDP_NEXT_AGE };
enum { P4XDP_RANK, P4XDP_SINCE, P4XDP_UNTIL, P4XDP_KEYS };

#define P4XDP_HEAD 8
#define P4XDP_BLOCK 64
#define P4XDP_ROWS 256
#define P4XDP_FOREVER (~0ULL)
#define P4XDP_NOWHERE (~0U)

/* A byte of a key: where; of a key that is a range, the number of its range, from 1 on, which
 * byte of it, the least significant one is 0, and the bits of that which are turned. */
struct p4xdp_chunk {
	__u32 at, range, byte, turned;
};

/* What a chunk has to be: these bits where the mask has ones, and between two bounds. */
struct p4xdp_wanted {
	__u8 value, mask, low, high, turned;
};

/* Memory of a map, as it is to be unmapped. */
struct p4xdp_mapping {
	void *base;
	size_t size;
};

/* The arrays in a turn. */
struct p4xdp_vectors {
	/* The entries, the first finder's head, and the finders that are mapped. */
	__u64 *entries, *head, *finders[2];
	struct p4xdp_mapping mappings[4];
	__u32 mapped;
	/* What packets read, and what the change will have, but for the bit of the finder. */
	__u64 version, next;
	/* How many entries there are, one that is free (0 if none is), and the one that was found. */
	__u32 count, free, found;
};

static inline __u64 p4xdp_load(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* Writes a word in one step, behind all that was written before. */
static inline void p4xdp_store(__u64 *word, __u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Rank, since, until, keys and mask of an entry. */
static inline __u64 *p4xdp_rule(const struct p4xdp_table *table, __u32 slot)
{
	return table->vectors->entries + ((size_t)slot * table->value_size + table->rank) / 8;
}

static inline void *p4xdp_slot(const struct p4xdp_table *table, __u32 slot)
{
	return table->vectors->entries + (size_t)slot * table->value_size / 8;
}

/* Words of a row with its summary, which is in front of it. */
static inline size_t p4xdp_row_words(const struct p4xdp_table *table)
{
	return (size_t)table->summary + table->blocks;
}

/* The summary in front of the row that a byte of the key chooses. */
static inline __u64 *p4xdp_row(const struct p4xdp_table *table, __u64 *finder, __u32 chunk, __u32 byte)
{
	return finder + P4XDP_HEAD +
	       ((size_t)byte * table->chunk_count + chunk) * p4xdp_row_words(table);
}

static inline size_t p4xdp_finder_words(const struct p4xdp_table *table)
{
	return P4XDP_HEAD + P4XDP_ROWS * table->chunk_count * p4xdp_row_words(table) +
	       P4XDP_BLOCK * (size_t)table->blocks;
}

static inline __u64 *p4xdp_finder(const struct p4xdp_table *table, __u64 version)
{
	return table->vectors->finders[version & 1];
}

static inline __u32 p4xdp_positions(const struct p4xdp_table *table)
{
	return P4XDP_BLOCK * table->blocks;
}

/* What names the entries of a position. Those of a block are in the order that a de Bruijn
 * sequence tells, as packets search for a bit. */
static inline __u64 *p4xdp_position(const struct p4xdp_table *table, __u64 *finder, __u32 position)
{
	__u64 within = (1ULL << position % P4XDP_BLOCK) * 0x022fdd63cc95386dULL >> 58;

	return finder + p4xdp_finder_words(table) - p4xdp_positions(table) +
	       position / P4XDP_BLOCK * P4XDP_BLOCK + within;
}

/* What a chunk has to be for an entry. Of a range only its first bytes tell: those that both
 * bounds have in common, and the next one. */
static inline struct p4xdp_wanted p4xdp_want(const struct p4xdp_table *table, __u32 slot,
					     const struct p4xdp_chunk *chunk)
{
	const __u64 *rule = p4xdp_rule(table, slot), *range;
	const __u8 *key = (const __u8 *)(rule + P4XDP_KEYS);
	struct p4xdp_wanted wanted = { key[chunk->at], key[table->key_size + chunk->at], 0, 255, 0 };
	__u32 shift = 8 * chunk->byte;

	if (!chunk->range)
		return wanted;
	range = rule - 2 * table->ranges + 2 * (chunk->range - 1);
	if (!range[0] && range[1] == ~0ULL)
		return wanted;
	wanted.value = wanted.mask = 0;
	if (shift < 56 && range[0] >> (shift + 8) != range[1] >> (shift + 8))
		return wanted;
	wanted.low = (__u8)(range[0] >> shift);
	wanted.high = (__u8)(range[1] >> shift);
	wanted.turned = (__u8)chunk->turned;
	return wanted;
}

static inline int p4xdp_takes(const struct p4xdp_wanted *wanted, __u32 byte)
{
	__u32 turned = byte ^ wanted->turned;

	return !((byte ^ wanted->value) & wanted->mask) && wanted->low <= turned &&
	       turned <= wanted->high;
}

static inline void p4xdp_write_bit(__u64 *word, __u32 bit, int set)
{
	p4xdp_store(word, set ? *word | 1ULL << bit : *word & ~(1ULL << bit));
}

/* Sets a position's bits in the rows of all keys that match an entry, or clears them. */
static inline void p4xdp_write_bits(const struct p4xdp_table *table, __u64 *finder, __u32 position,
				    __u32 slot, int set)
{
	__u32 block = position / P4XDP_BLOCK, chunk, byte;

	for (chunk = 0; chunk < table->chunk_count; chunk++) {
		struct p4xdp_wanted wanted = p4xdp_want(table, slot, &table->chunks[chunk]);

		for (byte = 0; byte < P4XDP_ROWS; byte++) {
			__u64 *summary = p4xdp_row(table, finder, chunk, byte);
			__u64 *word = summary + table->summary + block;

			if (!p4xdp_takes(&wanted, byte))
				continue;
			p4xdp_write_bit(word, position % P4XDP_BLOCK, set);
			if (table->summary && (set || !*word))
				p4xdp_write_bit(&summary[block / P4XDP_BLOCK], block % P4XDP_BLOCK, set);
		}
	}
}

/* Puts an entry at a position. The position names it before the rows have its bits, so that it
 * can be found by one who has to take them away. */
static inline void p4xdp_stand(const struct p4xdp_table *table, __u64 *finder, __u32 position,
			       __u32 slot)
{
	p4xdp_store(p4xdp_position(table, finder, position), slot);
	p4xdp_write_bits(table, finder, position, slot, 1);
}

/* Writes a free entry, for packets of the next version and later ones. */
static inline void p4xdp_write_slot(const struct p4xdp_table *table, __u32 slot, void *value)
{
	__u64 *words = (__u64 *)p4xdp_slot(table, slot), *rule = p4xdp_rule(table, slot), word;
	__u32 i;

	memset((__u8 *)value + table->rank + 8, 0, 16);
	for (i = 0; i < table->value_size / 8; i++) {
		memcpy(&word, (const __u8 *)value + 8 * (size_t)i, sizeof(word));
		p4xdp_store(&words[i], word);
	}
	p4xdp_store(&rule[P4XDP_SINCE], table->vectors->next);
	p4xdp_store(&rule[P4XDP_UNTIL], P4XDP_FOREVER);
}

/* A writer that died left it, or it ends with this version or an earlier one. */
static inline int p4xdp_is_gone(const struct p4xdp_table *table, __u32 slot, __u64 settled)
{
	const __u64 *rule = p4xdp_rule(table, slot);

	return rule[P4XDP_SINCE] > table->vectors->version || rule[P4XDP_UNTIL] <= settled;
}

/* Takes entries that have gone out of their positions. The one before another one has its
 * position again where that was never there. */
static inline void p4xdp_clear_positions(const struct p4xdp_table *table, __u64 settled)
{
	__u64 *finder = p4xdp_finder(table, table->vectors->version), *word, left;
	__u32 position, slot, before;

	for (position = 0; position < p4xdp_positions(table); position++) {
		word = p4xdp_position(table, finder, position);
		slot = (__u32)*word;
		before = (__u32)(*word >> 32);
		if (!slot)
			continue;
		if (before && p4xdp_is_gone(table, before, settled))
			before = 0;
		left = p4xdp_is_gone(table, slot, settled) ? before : (__u64)before << 32 | slot;
		if (!left)
			p4xdp_write_bits(table, finder, position, slot, 0);
		if (left != *word)
			p4xdp_store(word, left);
	}
}

/* Looks at all entries: 1 if there are some that a writer left which died, or that have ended
 * with the version `settled` or an earlier one. */
static inline int p4xdp_look(const struct p4xdp_table *table, __u64 settled)
{
	struct p4xdp_vectors *vectors = table->vectors;
	int left = 0;
	__u32 slot;

	vectors->count = vectors->free = 0;
	for (slot = table->slots; --slot;) {
		const __u64 *rule = p4xdp_rule(table, slot);
		__u64 until = rule[P4XDP_UNTIL];

		if (!rule[P4XDP_SINCE] && !until) {
			vectors->free = slot;
			continue;
		}
		vectors->count += until == P4XDP_FOREVER;
		left |= p4xdp_is_gone(table, slot, settled) ||
			(until > vectors->version && until != P4XDP_FOREVER);
	}
	return left;
}

/* Frees what has gone, and takes back that something should go with a version that never was. */
static inline void p4xdp_reclaim(const struct p4xdp_table *table, __u64 settled)
{
	__u64 version = table->vectors->version;
	int begun = 0;
	__u32 slot;

	p4xdp_clear_positions(table, settled);
	for (slot = 1; slot < table->slots; slot++)
		begun |= p4xdp_rule(table, slot)[P4XDP_SINCE] > version;
	/* Packets that found such an entry, and are about to go on to the one before it. */
	if (begun)
		p4xdp_wait_for_packets();
	for (slot = 1; slot < table->slots; slot++) {
		__u64 *rule = p4xdp_rule(table, slot);

		if (!rule[P4XDP_SINCE] && !rule[P4XDP_UNTIL])
			continue;
		if (p4xdp_is_gone(table, slot, settled)) {
			p4xdp_store(&rule[P4XDP_UNTIL], 0);
			p4xdp_store(&rule[P4XDP_SINCE], 0);
		} else if (rule[P4XDP_UNTIL] > version && rule[P4XDP_UNTIL] != P4XDP_FOREVER) {
			p4xdp_store(&rule[P4XDP_UNTIL], P4XDP_FOREVER);
		}
	}
	p4xdp_look(table, settled);
}

/* Waits for packets under way, and frees what none of them can have. */
static inline void p4xdp_settle(const struct p4xdp_table *table)
{
	struct p4xdp_vectors *vectors = table->vectors;

	p4xdp_wait_for_packets();
	p4xdp_store(&vectors->head[P4XDP_SETTLED], vectors->version);
	p4xdp_reclaim(table, vectors->version);
}

static inline void p4xdp_end_vectors(struct p4xdp_table *table)
{
	struct p4xdp_vectors *vectors = table->vectors;

	while (vectors->mapped--)
		munmap(vectors->mappings[vectors->mapped].base,
		       vectors->mappings[vectors->mapped].size);
	free(vectors);
	table->vectors = NULL;
}

/* Maps words of a map into memory until the turn ends; NULL if that cannot be. */
static inline __u64 *p4xdp_map_words(const struct p4xdp_table *table, int map_fd, size_t first,
				     size_t count)
{
	struct p4xdp_vectors *vectors = table->vectors;
	struct p4xdp_mapping *mapping = &vectors->mappings[vectors->mapped];
	size_t in_front = 8 * first % (size_t)sysconf(_SC_PAGESIZE);

	mapping->size = in_front + 8 * count;
	mapping->base = mmap(NULL, mapping->size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd,
			     (off_t)(8 * first - in_front));
	if (mapping->base == MAP_FAILED)
		return NULL;
	vectors->mapped++;
	return (__u64 *)mapping->base + in_front / 8;
}

/* Maps the finder of a version. */
static inline int p4xdp_map_finder(const struct p4xdp_table *table, __u64 version)
{
	size_t words = p4xdp_finder_words(table), first = (version & 1) * words;
	__u64 *finder = p4xdp_map_words(table, table->finders, first, words);

	table->vectors->finders[version & 1] = finder;
	return finder ? 0 : -errno;
}

/* Maps the entries and what packets read, and puts in order what a writer left that died. */
static inline int p4xdp_begin_vectors(struct p4xdp_table *table)
{
	struct p4xdp_vectors *vectors = (struct p4xdp_vectors *)calloc(1, sizeof(*vectors));
	int err = 0;

	table->vectors = vectors;
	if (!vectors)
		return -ENOMEM;
	vectors->entries = p4xdp_map_words(table, table->entries, 0,
					   (size_t)table->slots * table->value_size / 8);
	vectors->head = vectors->entries ? p4xdp_map_words(table, table->finders, 0, P4XDP_HEAD) : NULL;
	if (vectors->head) {
		vectors->version = p4xdp_load(&vectors->head[P4XDP_VERSION]);
		vectors->next = (vectors->version | 1) + 1;
	}
	err = vectors->head ? p4xdp_map_finder(table, vectors->version) : -errno;
	if (err)
		p4xdp_end_vectors(table);
	else if (p4xdp_look(table, vectors->head[P4XDP_SETTLED]))
		p4xdp_reclaim(table, vectors->head[P4XDP_SETTLED]);
	return err;
}

#endif /* P4XDP_BIT_VECTORS_SUPPORT */
