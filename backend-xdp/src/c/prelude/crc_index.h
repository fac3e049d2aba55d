/* An index that the verifier knows the bound of, as in table_index. */
static __always_inline __u64 crc_index(__u64 value, __u64 most)
{
	barrier_var(value);
	return value & most;
}
