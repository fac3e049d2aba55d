#define X(1)
