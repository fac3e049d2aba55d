#define F(x) <x>
F(
#define A 1
A
#ifdef A
B
#else
C
#endif
#undef F
) F(2)
