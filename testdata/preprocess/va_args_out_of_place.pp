#define F(a...) a __VA_ARGS__
F(1)
#define G(x) __VA_ARGS__
G(1)
#define H(x) __VA_OPT__(a)
H(1)
#define __VA_ARGS__ 1
__VA_ARGS__
