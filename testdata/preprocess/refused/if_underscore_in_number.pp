#if 1_000
#endif
