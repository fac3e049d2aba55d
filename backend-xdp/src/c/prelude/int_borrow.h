/* What x - y, whose low 64 bits are given, has to borrow: 1 or 0. */
static __always_inline __u64 int_borrow(__u64 x, __u64 y, __u64 difference)
{
	return ((~x & y) | ((~x | y) & difference)) >> 63;
}
