#if 0
/*
#endif
#else */
x
#else
y
#endif
