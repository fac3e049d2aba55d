#define A 1
#define F(x, y) x ## y + #x
#define G(...) __VA_ARGS__
#define H(a) G(a, F(a, b)) \
  A
#undef A
H(1) F(p, q) G(1, (2, 3)) __LINE__ __FILE__
