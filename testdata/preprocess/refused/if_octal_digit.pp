#if 09
#endif
