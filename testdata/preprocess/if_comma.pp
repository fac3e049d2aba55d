#if 1,2
a
#endif
#if (1,0)
b
#else
c
#endif
#if 1 ? (0, 1) : 0
d
#endif
