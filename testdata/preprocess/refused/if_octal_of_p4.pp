#if 0o7
#endif
