#if 5lul
#endif
