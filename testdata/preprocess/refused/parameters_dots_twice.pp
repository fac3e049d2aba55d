#define X(a..., ...)
