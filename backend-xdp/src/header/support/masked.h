#ifndef P4XDP_MASKED_SUPPORT
#define P4XDP_MASKED_SUPPORT

/*
 * Entries with masks, in bit vectors or in a tuple space. Of those that match, the one of the
 * highest rank counts: the priority or the length of the prefixes, and below it the age, so that
 * of two alike the older one counts. In a value the bounds of its ranges stand in front of its
 * rank. Keys that functions are given (made by make_key) are what an entry's keys have to be, the
 * bits of them that matter, the priority or the length of the prefixes, and the ranges.
 */

static inline __u64 p4xdp_precedence(const struct p4xdp_table *table, const void *key)
{
	__u64 precedence;

	memcpy(&precedence, (const __u8 *)key + 2 * table->key_size, sizeof(precedence));
	return precedence;
}

/* The highest rank of an entry with these keys. */
static inline __u64 p4xdp_highest_rank(const struct p4xdp_table *table, const void *key)
{
	return p4xdp_precedence(table, key) << 32 | 0xffffffff;
}

static inline __u64 p4xdp_rank(const struct p4xdp_table *table, const void *value)
{
	__u64 rank;

	memcpy(&rank, (const __u8 *)value + table->rank, sizeof(rank));
	return rank;
}

static inline void p4xdp_set_rank(const struct p4xdp_table *table, void *value, __u64 rank)
{
	memcpy((__u8 *)value + table->rank, &rank, sizeof(rank));
}

/* The ranges of a key, and where a value has them. */
static inline const void *p4xdp_ranges(const struct p4xdp_table *table, const void *key)
{
	return (const __u8 *)key + 2 * table->key_size + 8;
}

static inline __u32 p4xdp_ranges_in_value(const struct p4xdp_table *table)
{
	return table->rank - 16 * table->ranges;
}

/* Whether a value has the ranges that a key has. */
static inline int p4xdp_has_ranges(const struct p4xdp_table *table, const void *key,
				   const void *value)
{
	return !memcmp(p4xdp_ranges(table, key),
		       (const __u8 *)value + p4xdp_ranges_in_value(table), 16 * table->ranges);
}

/* Puts ranges and rank behind the action of a new entry, before which so many were added. */
static inline void p4xdp_put_rank(const struct p4xdp_table *table, const void *key, void *value,
				  __u32 age)
{
	memcpy((__u8 *)value + p4xdp_ranges_in_value(table), p4xdp_ranges(table, key),
	       16 * table->ranges);
	p4xdp_set_rank(table, value, p4xdp_highest_rank(table, key) - age);
}

/* Bits of a key that matter: the first `count` of `width`. */
static inline __u64 p4xdp_first_bits(__u32 width, __u32 count)
{
	return count ? ~0ULL >> (64 - count) << (width - count) : 0;
}

/* The same of a key of more than 64 bits, in network order. */
static inline void p4xdp_put_first_bits(__u8 *to, __u32 width, __u32 count)
{
	__u32 bit, skipped = (8 - width % 8) % 8;

	for (bit = skipped; bit < skipped + count; bit++)
		to[bit / 8] |= (__u8)(0x80 >> bit % 8);
}

/* Clears the bits of a key that do not matter. */
static inline void p4xdp_clear_bits(void *key, const void *bits, size_t size)
{
	while (size--)
		((__u8 *)key)[size] &= ((const __u8 *)bits)[size];
}

/* Puts bounds where a key has them; those of a signed number in the order of numbers without a
 * sign. -EINVAL if nothing lies between them. */
static inline int p4xdp_put_range(__u64 *range, __u64 low, __u64 high, __u32 width, int is_signed)
{
	__u64 ones = p4xdp_first_bits(width, width), sign = is_signed ? ones ^ ones >> 1 : 0;

	range[0] = (low & ones) ^ sign;
	range[1] = (high & ones) ^ sign;
	if (range[0] > range[1])
		return -EINVAL;
	/* What may be anything has no bounds. */
	if (!range[0] && range[1] == ones)
		range[1] = ~0ULL;
	return 0;
}

#endif /* P4XDP_MASKED_SUPPORT */
