#define X(a
