#if 1
#else
#elifdef X
#endif
