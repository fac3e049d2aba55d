#if 0x10 == 16 && 0XfF == 255 && 010 == 8 && 0b11 == 3 && 0B1 == 1 && 5u && 5U && 5l && 5L && 5ul && 5LU && 5ULL && 5llu && 5LLu
y
#endif
#if 00 == 0 && 0 == 0u && 0x7fffffffffffffff > 0 && 18446744073709551615u > 0
z
#endif
