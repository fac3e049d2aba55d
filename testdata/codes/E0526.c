static __u32 many_rounds(__u32 a)
{
	__u32 sum = a;

	for (int i = 0; i < 100000; i++) {
		asm volatile("" : "+r"(sum));
		sum = sum & 1 ? sum * 3 : sum >> 1;
	}
	return sum;
}
