#define foo (4 + foo)
foo
#define a a b
#define b b a
a b
#define F(x) F(x) x
F(F(1))
#define EMPTY
#define DEFER(id) id EMPTY
#define A() 123
DEFER(A)() 
#define EXPAND(x) x
EXPAND(DEFER(A)())
