#define X
#if 0
a
#elifdef Y
b
#elifdef X
c
#elifndef Y
d
#endif
#ifdef Y
e
#elifndef Y
f
#else
g
#endif
