#define Y X
#pragma GCC poison Z
a
