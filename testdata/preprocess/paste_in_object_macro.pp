#define A x ## 1
#define x1 y
#define B # ## #
#define C a ## A
A B C
