#define __FILE__ 3
#undef __LINE__
#define __COUNTER__ x
__FILE__ __LINE__ __COUNTER__
