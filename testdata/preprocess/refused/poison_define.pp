#pragma GCC poison X
#define X 1
