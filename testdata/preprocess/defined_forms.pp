#define X
#if defined X && defined(X) && defined ( X ) && !defined Y && !defined(Y) && defined(__FILE__) && defined __COUNTER__
a
#endif
#define D defined(X)
#if D
b
#endif
#define D2 defined
#if D2 X && D2(X) && !D2(Y)
c
#endif
#if defined(defined)
d
#endif
#define ALL(...) 1
#if ALL(defined X)
e
#endif
