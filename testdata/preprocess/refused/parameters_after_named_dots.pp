#define X(a... b)
