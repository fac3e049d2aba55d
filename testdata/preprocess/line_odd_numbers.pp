#line 0
__LINE__
#line 010
__LINE__
#line 2147483648
__LINE__
#line 4294967297
__LINE__
#line 3 "a" 4
__LINE__ __FILE__
