/*
 * The low four bits, to index a table. Kernels before 6.8 or so know the bound
 * of an index only if it is made by the last operation, in a 64-bit register;
 * clang takes it in front of what stands before it unless it cannot see that.
 */
static __always_inline __u64 table_index(__u64 value)
{
	barrier_var(value);
	return value & 15;
}
