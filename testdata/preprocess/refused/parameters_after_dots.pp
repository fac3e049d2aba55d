#define X(..., a)
