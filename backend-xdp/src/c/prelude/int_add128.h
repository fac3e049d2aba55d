/*
 * Sums of 128 bits. BPF has no carry, and clang would make it by a jump; older
 * kernels follow both ways of each such jump to the end of the program.
 */
static __always_inline __u128 int_add128(__u128 a, __u128 b)
{
	__u64 x = a, y = b, sum = x + y;
	__u64 carry = ((x & y) | ((x | y) & ~sum)) >> 63;

	return (__u128)((__u64)(a >> 64) + (__u64)(b >> 64) + carry) << 64 | sum;
}
