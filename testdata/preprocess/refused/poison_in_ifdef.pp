#pragma GCC poison X
#ifdef X
#endif
