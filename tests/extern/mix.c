static __u16 mix(__u32 a, __u8 b)
{
	return (a ^ a >> 16) + b;
}
