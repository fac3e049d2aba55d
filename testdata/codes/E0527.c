static __attribute__((noinline)) __u32 inner(__u32 x)
{
	volatile __u32 table[80] = {};

	table[x & 63] = x;
	return table[(x >> 8) & 63];
}

static __u32 outer(__u32 x)
{
	volatile __u32 table[80] = {};

	table[x & 63] = x;
	return inner(x) + table[(x >> 8) & 63];
}
