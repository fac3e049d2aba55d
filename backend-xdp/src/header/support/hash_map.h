#ifndef P4XDP_HASH_MAP_SUPPORT
#define P4XDP_HASH_MAP_SUPPORT

static inline int p4xdp_hash_map_find(const struct p4xdp_table *table, void *key, void *value)
{
	return bpf_map_lookup_elem(table->entries, key, value) ? -errno : 0;
}

static inline int p4xdp_hash_map_add(const struct p4xdp_table *table, void *key, void *value)
{
	return bpf_map_update_elem(table->entries, key, value, BPF_NOEXIST) ? -errno : 0;
}

static inline int p4xdp_hash_map_remove(const struct p4xdp_table *table, void *key)
{
	return bpf_map_delete_elem(table->entries, key) ? -errno : 0;
}

/* Entries are in a hash map. */
static inline void p4xdp_in_hash_map(struct p4xdp_table *table)
{
	table->find = p4xdp_hash_map_find;
	table->add = p4xdp_hash_map_add;
	table->remove = p4xdp_hash_map_remove;
}

#endif /* P4XDP_HASH_MAP_SUPPORT */
