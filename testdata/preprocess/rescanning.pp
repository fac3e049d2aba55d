#define f(x) x f
f(1)(2) f(f)(3) f(f(4))
#define AA BB
#define BB AA (1)
#define h(z) AA
h(1)
#define NIL(xxx) xxx
#define G_0(arg) NIL(G_1)(arg)
#define G_1(arg) NIL(arg)
G_0(42)
#define x y
#define y x
x y
