#define F(x) x == 2
#if F(2)
a
#endif
#define G(x, y) (x > y)
#if G(3, 2) && !G(2, 3)
b
#endif
#if F
c
#else
d
#endif
