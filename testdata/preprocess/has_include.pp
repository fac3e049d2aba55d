#if __has_include("a.h") && !__has_include("nowhere.h") && __has_include(<b.h>) && !__has_include(<nowhere.h>)
a
#endif
#ifdef __has_include
b
#endif
#if defined(__has_include) && defined __has_include_next
c
#endif
#define N "a.h"
#define M <b.h>
#if __has_include(N) && __has_include(M) && __has_include ( N )
d
#endif
#if __has_include("nowhere.h")
#include "nowhere.h"
#elif __has_include("a.h")
#include "a.h"
#endif
