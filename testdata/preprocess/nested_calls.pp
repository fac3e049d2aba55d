#define A(x) B(x) b
#define B(x) C(x, x) c
#define C(x, y) <x|y>
A(1) A(A(2)) B(C(3, 4)) A(B(C(A(5), 6)))
