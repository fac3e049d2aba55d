#define NARG(...) NARG_(__VA_ARGS__, 5, 4, 3, 2, 1, 0)
#define NARG_(a, b, c, d, e, n, ...) n
NARG(x) NARG(x, y) NARG(a, b, c, d, e)
#define CAT(a, b) CAT_(a, b)
#define CAT_(a, b) a ## b
#define EACH(m, ...) CAT(EACH_, NARG(__VA_ARGS__))(m, __VA_ARGS__)
#define EACH_1(m, a) m(a)
#define EACH_2(m, a, ...) m(a) EACH_1(m, __VA_ARGS__)
#define EACH_3(m, a, ...) m(a) EACH_2(m, __VA_ARGS__)
#define FIELD(n) bit<8> n;
header h { EACH(FIELD, a, b, c) }
