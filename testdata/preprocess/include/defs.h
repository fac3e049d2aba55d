#define ONE 1
#define TWO(x) x ONE
