#define N 3
#if defined(N) && (N >> 1) == 1 || !defined M
# ifdef N
a
# elif 1 / 0
b
# else
c
# endif
#elif 0x10 ? 1 : 0
d
#endif
#ifndef Q
#error "no Q"
#endif
