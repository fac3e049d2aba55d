__COUNTER__ __COUNTER__
#define C __COUNTER__
C C
#define P(a, b) a ## b
#define X(a, b) P(a, b)
X(v, __COUNTER__) X(v, __COUNTER__)
#if __COUNTER__ == 6
y
#endif
__COUNTER__
#define T(x) x x #x
T(__COUNTER__)
# a note __COUNTER__
__COUNTER__
