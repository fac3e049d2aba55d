#define X(a,a)
