#define V(f, r...) f(a, ## r)|
V(x) V(x, ) V(x, 1, 2) V(x, (1, 2))
#define W(...) f(a, ## __VA_ARGS__)|
W() W(1) W(, ) W( )
#define U(f, r...) f(a, r ## x, ## r ## y)|
U(x) U(x, 1)
#define Y(f, r...) f(a,## r, b)
#define N n
Y(x) Y(x, N) Y(N, N, N)
#define Z(f, r...) f ## r, ## f
Z(a) Z(a, b)
