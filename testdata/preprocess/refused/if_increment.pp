#if ++a
#endif
