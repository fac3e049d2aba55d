#if 18446744073709551615 > 0 && 9223372036854775808 > 0
a
#endif
#if 0xffffffffffffffff > 0 && 99999999999999999999
b
#endif
#if 0xfffffffffffffffff == 0xffffffffffffffff
c
#endif
