#define X(
