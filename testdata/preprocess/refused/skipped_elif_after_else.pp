#if 0
#if 1
#else
#elif (
#endif
#endif
