#define F(x) x
#if F(1
#endif
