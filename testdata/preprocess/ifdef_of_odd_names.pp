#ifdef defined
a
#else
b
#endif
#ifdef __has_include
c
#endif
#ifndef true
d
#endif
