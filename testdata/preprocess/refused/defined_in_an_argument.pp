#define E(x) x
#define X 3
#if E(defined X)
#endif
