/* The remainder has the sign of the dividend; by zero it is 0. */
static __always_inline __u64 int_mod(__s64 a, __s64 b)
{
	__u64 x = a < 0 ? -(__u64)a : a, y = b < 0 ? -(__u64)b : b;
	__u64 rest = y ? x % y : 0;

	return a < 0 ? -rest : rest;
}
