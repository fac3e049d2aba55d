#define X(a,)
