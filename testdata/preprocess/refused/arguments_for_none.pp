#define F() x
F(1)
