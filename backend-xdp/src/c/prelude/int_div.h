/* Signed division by hand: BPF has none before -mcpu=v4. By zero it gives 0. */
static __always_inline __u64 int_div(__s64 a, __s64 b)
{
	__u64 x = a < 0 ? -(__u64)a : a, y = b < 0 ? -(__u64)b : b;
	__u64 quotient = y ? x / y : 0;

	return (a < 0) == (b < 0) ? quotient : -quotient;
}
