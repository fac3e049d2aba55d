#define F(x) x F
#define FF(x) <x>
#define P(a, b) a ## b
P(F, F)(1) P(F, F(2)) P(, F)(3) P(F, )(4)
