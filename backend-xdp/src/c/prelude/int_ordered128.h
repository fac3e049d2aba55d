/* A signed number with its sign turned over: in this form their order is that of numbers without sign. */
static __always_inline __u128 int_ordered128(__u128 a)
{
	return a ^ (__u128)1 << 127;
}
