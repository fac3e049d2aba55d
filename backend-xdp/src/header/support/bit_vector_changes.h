#ifndef P4XDP_BIT_VECTOR_CHANGES_SUPPORT
#define P4XDP_BIT_VECTOR_CHANGES_SUPPORT

/* Makes the next version the one that packets read, with this finder. */
static inline void p4xdp_publish(const struct p4xdp_table *table, __u64 finder)
{
	struct p4xdp_vectors *vectors = table->vectors;

	p4xdp_store(&vectors->head[P4XDP_VERSION], vectors->next | (finder & 1));
}

/* The entry with a key, 0 if there is none. */
static inline __u32 p4xdp_find_slot(const struct p4xdp_table *table, const void *key)
{
	__u64 precedence = p4xdp_precedence(table, key);
	__u32 slot;

	for (slot = 1; slot < table->slots; slot++) {
		const __u64 *rule = p4xdp_rule(table, slot);

		if (rule[P4XDP_UNTIL] == P4XDP_FOREVER && rule[P4XDP_RANK] >> 32 == precedence &&
		    !memcmp(rule + P4XDP_KEYS, key, 2 * (size_t)table->key_size) &&
		    p4xdp_has_ranges(table, key, p4xdp_slot(table, slot)))
			return slot;
	}
	return 0;
}

static inline int p4xdp_bit_vectors_find(const struct p4xdp_table *table, void *key, void *value)
{
	__u32 slot = table->vectors->found = p4xdp_find_slot(table, key);

	if (!slot)
		return -ENOENT;
	memcpy(value, p4xdp_slot(table, slot), table->value_size);
	return 0;
}

static inline int p4xdp_bit_vectors_each(const struct p4xdp_table *table, p4xdp_entry_call *call,
					 void *more)
{
	__u32 slot;
	int err = 0;

	for (slot = 1; slot < table->slots && !err; slot++)
		if (p4xdp_rule(table, slot)[P4XDP_UNTIL] == P4XDP_FOREVER)
			err = call(table, NULL, p4xdp_slot(table, slot), more);
	return err;
}

/* A place for an entry. There are twice as many as the table has entries. */
static inline __u32 p4xdp_take_slot(const struct p4xdp_table *table)
{
	if (!table->vectors->free)
		p4xdp_settle(table);
	return table->vectors->free;
}

/* An entry by something that tells where it comes, the smallest first. */
struct p4xdp_ordered {
	__u64 order;
	__u32 slot;
};

static inline int p4xdp_compare_order(const void *one, const void *other)
{
	__u64 a = ((const struct p4xdp_ordered *)one)->order;
	__u64 b = ((const struct p4xdp_ordered *)other)->order;

	return a < b ? -1 : a > b;
}

/* Numbers the entries' ages anew, the oldest first, so that their order is the same all the time;
 * what takes another one's place has its age. The next age, or a negative error number. */
static inline __s64 p4xdp_renew_vector_ages(const struct p4xdp_table *table)
{
	struct p4xdp_ordered *list =
		(struct p4xdp_ordered *)calloc(table->slots, sizeof(struct p4xdp_ordered));
	__u32 slot, count = 0, i, age = 0;

	if (!list)
		return -ENOMEM;
	for (slot = 1; slot < table->slots; slot++) {
		const __u64 *rule = p4xdp_rule(table, slot);

		if (rule[P4XDP_SINCE] || rule[P4XDP_UNTIL]) {
			list[count].order = 0xffffffff - (rule[P4XDP_RANK] & 0xffffffff);
			list[count++].slot = slot;
		}
	}
	qsort(list, count, sizeof(*list), p4xdp_compare_order);
	for (i = 0; i < count; i++) {
		__u64 *rank = &p4xdp_rule(table, list[i].slot)[P4XDP_RANK];

		age += i && list[i].order != list[i - 1].order;
		p4xdp_store(rank, (*rank | 0xffffffff) - age);
	}
	free(list);
	return count ? age + 1 : 0;
}

/* The age of a new entry, or a negative error number. */
static inline __s64 p4xdp_take_age(const struct p4xdp_table *table)
{
	__u64 *next = &table->vectors->head[P4XDP_NEXT_AGE];
	/* After four thousand million of them. */
	__s64 age = *next < 0xffffffff ? (__s64)*next : p4xdp_renew_vector_ages(table);

	if (age >= 0)
		p4xdp_store(next, (__u64)age + 1);
	return age;
}

/* A position for a rank between those of higher and lower ones, or nowhere. */
static inline __u32 p4xdp_find_position(const struct p4xdp_table *table, __u64 rank)
{
	__u64 *finder = p4xdp_finder(table, table->vectors->version), before_rank = 0;
	__u32 end = p4xdp_positions(table), position, first = 0, behind = P4XDP_NOWHERE, room;

	for (position = 0; position < end && behind == P4XDP_NOWHERE; position++) {
		__u32 slot = (__u32)*p4xdp_position(table, finder, position);
		__u64 other = slot ? p4xdp_rule(table, slot)[P4XDP_RANK] : 0;

		if (slot && other > rank) {
			first = position + 1;
			before_rank = other;
		} else if (slot) {
			behind = position;
		}
	}
	room = (behind == P4XDP_NOWHERE ? end : behind) - first;
	if (!room)
		return P4XDP_NOWHERE;
	if (behind == P4XDP_NOWHERE)
		return first ? first : room / 2;
	if (!first)
		return behind - 1;
	/* Those that come next are likely to be of the same priority, and younger. */
	return before_rank >> 32 == rank >> 32 ? first : first + room / 2;
}

/* The rows of a block of a finder that no packet uses: of the entries at its positions, 0 where
 * there is none. Those of earlier blocks are there. */
static inline void p4xdp_lay_block(const struct p4xdp_table *table, __u64 *finder, __u32 block,
				   const __u32 *slots)
{
	__u64 bits[P4XDP_ROWS], all;
	__u32 chunk, byte, i;

	for (chunk = 0; chunk < table->chunk_count; chunk++) {
		memset(bits, 0, sizeof(bits));
		for (i = 0, all = 0; i < P4XDP_BLOCK; i++) {
			struct p4xdp_wanted wanted;

			if (!slots[i])
				continue;
			wanted = p4xdp_want(table, slots[i], &table->chunks[chunk]);
			if (!wanted.mask && !wanted.low && wanted.high == 255) {
				all |= 1ULL << i;
				continue;
			}
			for (byte = 0; byte < P4XDP_ROWS; byte++)
				bits[byte] |= (__u64)p4xdp_takes(&wanted, byte) << i;
		}
		for (byte = 0; byte < P4XDP_ROWS; byte++) {
			__u64 *summary = p4xdp_row(table, finder, chunk, byte), bit;

			p4xdp_store(&summary[table->summary + block], bits[byte] | all);
			if (!table->summary)
				continue;
			bit = (__u64)!!(bits[byte] | all) << block % P4XDP_BLOCK;
			summary += block / P4XDP_BLOCK;
			p4xdp_store(summary, block % P4XDP_BLOCK ? *summary | bit : bit);
		}
	}
}

/* The entries in the order of their ranks, the highest first; where the one is that was added. */
static inline __u32 p4xdp_order_slots(const struct p4xdp_table *table, struct p4xdp_ordered *list,
				      __u32 added)
{
	__u32 slot, count = 0, at = 0;

	for (slot = 1; slot < table->slots; slot++) {
		const __u64 *rule = p4xdp_rule(table, slot);

		if (rule[P4XDP_UNTIL] == P4XDP_FOREVER) {
			list[count].order = ~rule[P4XDP_RANK];
			list[count++].slot = slot;
		}
	}
	qsort(list, count, sizeof(*list), p4xdp_compare_order);
	while (list[at].slot != added)
		at++;
	return at;
}

/* Lays all entries out in the other finder, which no packet uses. Half of what is free is around
 * the one that was added, where the next ones probably come, and the rest between all of them. */
static inline void p4xdp_lay_out(const struct p4xdp_table *table, struct p4xdp_ordered *list,
				 __u32 added)
{
	struct p4xdp_vectors *vectors = table->vectors;
	__u64 *finder = p4xdp_finder(table, ~vectors->version);
	__u32 last = p4xdp_order_slots(table, list, added), count = vectors->count + 1;
	__u64 room = p4xdp_positions(table) - count, around = room / 4, next;
	__u32 slots[P4XDP_BLOCK], position, block = 0, at = 0;

	for (position = 0; position < p4xdp_positions(table); position++) {
		next = at + (room - 2 * around) * (at + 1ULL) / (count + 1ULL) +
		       around * ((at >= last) + (at > last));
		slots[position % P4XDP_BLOCK] = at < count && position == next ? list[at++].slot : 0;
		p4xdp_store(p4xdp_position(table, finder, position), slots[position % P4XDP_BLOCK]);
		if (position % P4XDP_BLOCK == P4XDP_BLOCK - 1)
			p4xdp_lay_block(table, finder, block++, slots);
	}
	p4xdp_store(&vectors->head[P4XDP_SWITCHED], vectors->next);
	p4xdp_publish(table, ~vectors->version);
}

/* Adds an entry, whose key has been looked for. */
static inline int p4xdp_bit_vectors_add(const struct p4xdp_table *table, void *key, void *value)
{
	struct p4xdp_vectors *vectors = table->vectors;
	struct p4xdp_ordered *list;
	__u32 slot = vectors->count < table->size ? p4xdp_take_slot(table) : 0, position;
	__s64 age = slot ? p4xdp_take_age(table) : -E2BIG;
	int err;

	if (age < 0)
		return (int)age;
	p4xdp_put_rank(table, key, value, (__u32)age);
	memcpy((__u8 *)value + table->rank + 24, key, 2 * (size_t)table->key_size);
	position = p4xdp_find_position(table, p4xdp_rank(table, value));
	if (position != P4XDP_NOWHERE) {
		p4xdp_write_slot(table, slot, value);
		p4xdp_stand(table, p4xdp_finder(table, vectors->version), position, slot);
		p4xdp_publish(table, vectors->version);
		return 0;
	}
	err = p4xdp_map_finder(table, ~vectors->version);
	if (err)
		return err;
	list = (struct p4xdp_ordered *)calloc(table->slots, sizeof(*list));
	if (!list)
		return -ENOMEM;
	if (vectors->head[P4XDP_SETTLED] < vectors->head[P4XDP_SWITCHED])
		p4xdp_settle(table);
	p4xdp_write_slot(table, slot, value);
	p4xdp_lay_out(table, list, slot);
	free(list);
	return 0;
}

/* Puts another entry in the place of the one that was found. */
static inline int p4xdp_bit_vectors_replace(const struct p4xdp_table *table, void *value)
{
	struct p4xdp_vectors *vectors = table->vectors;
	__u64 *finder = p4xdp_finder(table, vectors->version), *word = NULL;
	__u32 slot = p4xdp_take_slot(table), found = vectors->found, position;

	if (!slot)
		return -E2BIG;
	for (position = 0; position < p4xdp_positions(table); position++) {
		word = p4xdp_position(table, finder, position);
		if ((__u32)*word == found)
			break;
	}
	if (position == p4xdp_positions(table))
		return -EIO;
	/* A position names two entries, and packets may still be under way that have the older one. */
	if (*word >> 32)
		p4xdp_settle(table);
	p4xdp_write_slot(table, slot, value);
	p4xdp_store(&p4xdp_rule(table, found)[P4XDP_UNTIL], vectors->next);
	p4xdp_store(word, (__u64)found << 32 | slot);
	p4xdp_publish(table, vectors->version);
	return 0;
}

static inline int p4xdp_bit_vectors_remove(const struct p4xdp_table *table, void *key)
{
	__u32 slot = p4xdp_find_slot(table, key);

	if (!slot)
		return -ENOENT;
	p4xdp_store(&p4xdp_rule(table, slot)[P4XDP_UNTIL], table->vectors->next);
	p4xdp_publish(table, table->vectors->version);
	return 0;
}

/* Entries have masks, and are in bit vectors. */
static inline void p4xdp_in_bit_vectors(struct p4xdp_table *table)
{
	table->begin = p4xdp_begin_vectors;
	table->end = p4xdp_end_vectors;
	table->find = p4xdp_bit_vectors_find;
	table->add = p4xdp_bit_vectors_add;
	table->replace = p4xdp_bit_vectors_replace;
	table->remove = p4xdp_bit_vectors_remove;
	table->each = p4xdp_bit_vectors_each;
}

#endif /* P4XDP_BIT_VECTOR_CHANGES_SUPPORT */
