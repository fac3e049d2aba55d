#if ()
#endif
