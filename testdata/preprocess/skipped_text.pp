#if 0
#unknown ' " /* x
don't "do
#error no
#include "nowhere"
#if 1 / 0
#else
#endif
#define X ##
a
#else
b
#endif
#if 0
#if (
#elif (((
#else
#endif junk
#elif 1
c
#endif
