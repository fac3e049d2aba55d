#if defined()
#endif
