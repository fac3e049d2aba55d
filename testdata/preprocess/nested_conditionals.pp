#define A
#ifdef A
#ifdef B
x
#else
#if 1
y
#endif
#endif
#else
#ifdef A
z
#else
w
#endif
#endif
