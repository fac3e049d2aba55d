#define F(a, b) <a|b>
#define OPEN F(1,
#define CALL F
OPEN 2) CALL(3, 4)
#define g(x) x
#define h g(
h 7) y
#define COMMA ,
F(1 COMMA 2, 3)
#define ARGS 1, 2
#define AP(f, a) f(a)
AP(F, ARGS)
