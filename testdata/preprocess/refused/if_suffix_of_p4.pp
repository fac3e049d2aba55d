#if 8w1
#endif
