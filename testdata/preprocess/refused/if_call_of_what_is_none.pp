#if nothing(1)
#endif
