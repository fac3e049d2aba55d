#define __has_include 1
__has_include(x)
#if __has_include
y
#endif
