/*
 * How many zeros are below the first one of a word that has some: those ones
 * are counted that are there if 1 is taken away and were not before.
 */
static __always_inline __u64 first_one(__u64 word)
{
	word = (word - 1) & ~word;
	word -= word >> 1 & 0x5555555555555555ULL;
	word = (word & 0x3333333333333333ULL) + (word >> 2 & 0x3333333333333333ULL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	word = word * 0x0101010101010101ULL >> 56;
	barrier_var(word);
	return word & 63;
}
