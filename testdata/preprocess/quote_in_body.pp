#define A "abc
A
#define B it's // here
B
#define C(x) 'x x'x
C(1)
