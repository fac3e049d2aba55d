#define F(a, ...) __VA_OPT__(a ## a) |__VA_OPT__()| #__VA_OPT__(x  y) a ## __VA_OPT__(z) ## a
x F(1) F(1, 2) F(1, )
#define H(a, ...) b ## __VA_OPT__(a c) ## d
H(1) H(1, 2)
#define K(...) f(0 __VA_OPT__(, (__VA_ARGS__)))
K() K(1) K(1, 2)
