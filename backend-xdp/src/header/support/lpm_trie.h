#ifndef P4XDP_LPM_TRIE_SUPPORT
#define P4XDP_LPM_TRIE_SUPPORT

/* Not 0 if this is the key that is looked for. */
static inline int p4xdp_is_prefix(const struct p4xdp_table *table, const void *key, void *value,
				  void *wanted)
{
	(void)value;
	return !memcmp(key, wanted, table->key_size);
}

/* Clears what stands behind a prefix, whose length in bits begins the key. */
static inline void p4xdp_end_prefix(const struct p4xdp_table *table, void *key)
{
	__u8 *bytes = (__u8 *)key + sizeof(__u32);
	__u32 i, length;

	memcpy(&length, key, sizeof(length));
	for (i = 0; i < table->key_size - sizeof(__u32); i++, length -= length < 8 ? length : 8)
		if (length < 8)
			bytes[i] &= (__u8)(0xff00 >> length);
}

/* A lookup finds what matches, if anything does, which need not be this prefix. */
static inline int p4xdp_lpm_trie_find(const struct p4xdp_table *table, void *key, void *value)
{
	int found;

	p4xdp_end_prefix(table, key);
	if (bpf_map_lookup_elem(table->entries, key, value))
		return -errno;
	found = p4xdp_each_entry(table, p4xdp_is_prefix, key);
	return found < 0 ? found : found ? 0 : -ENOENT;
}

static inline int p4xdp_lpm_trie_add(const struct p4xdp_table *table, void *key, void *value)
{
	return bpf_map_update_elem(table->entries, key, value, BPF_NOEXIST) ? -errno : 0;
}

static inline int p4xdp_lpm_trie_remove(const struct p4xdp_table *table, void *key)
{
	return bpf_map_delete_elem(table->entries, key) ? -errno : 0;
}

/* Entries are in a trie. */
static inline void p4xdp_in_lpm_trie(struct p4xdp_table *table)
{
	table->find = p4xdp_lpm_trie_find;
	table->add = p4xdp_lpm_trie_add;
	table->remove = p4xdp_lpm_trie_remove;
}

#endif /* P4XDP_LPM_TRIE_SUPPORT */
