#define X(a a)
