#define N 7 "z"
#line N
__LINE__ __FILE__
#define M() 9
#line M()
__LINE__
