#ifndef P4XDP_ARRAY_SUPPORT
#define P4XDP_ARRAY_SUPPORT

/* An unused slot has action 0. */
static inline int p4xdp_array_find(const struct p4xdp_table *table, void *key, void *value)
{
	__u32 action;

	if (bpf_map_lookup_elem(table->entries, key, value))
		return errno == ENOENT ? -E2BIG : -errno;
	memcpy(&action, value, sizeof(action));
	return action ? 0 : -ENOENT;
}

static inline int p4xdp_array_add(const struct p4xdp_table *table, void *key, void *value)
{
	return bpf_map_update_elem(table->entries, key, value, BPF_ANY) ? -errno : 0;
}

static inline int p4xdp_array_remove(const struct p4xdp_table *table, void *key)
{
	__u8 *value = (__u8 *)calloc(1, table->value_size);
	int err = value ? p4xdp_array_find(table, key, value) : -ENOMEM;

	if (!err) {
		memset(value, 0, table->value_size);
		err = p4xdp_array_add(table, key, value);
	}
	free(value);
	return err;
}

/* Entries are in an array. */
static inline void p4xdp_in_array(struct p4xdp_table *table)
{
	table->find = p4xdp_array_find;
	table->add = p4xdp_array_add;
	table->remove = p4xdp_array_remove;
}

#endif /* P4XDP_ARRAY_SUPPORT */
