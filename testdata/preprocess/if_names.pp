#if true
a
#else
b
#endif
#if x == 0 && false == 0 && !if && __LINE__ == 6 && __FILE__x == 0
c
#endif
