#if 1 % (2 - 2)
#endif
