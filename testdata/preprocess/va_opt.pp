#define O(f, ...) f(a __VA_OPT__(,) __VA_ARGS__)
O(x) O(x, ) O(x, 1) O(x, , ) O(x, 1, 2)
#define E
#define G(a, ...) [__VA_OPT__(x)]
G(1, E) G(1, E E) G(1, ()) G(1, E, )
