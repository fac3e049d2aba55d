#pragma GCC poison X
X
