#define f(x) [x f(x)]
f(f(1))
#define A(x) x B
#define B(x) x A
A(1)(2)(3)
