#define E
#if E
#endif
