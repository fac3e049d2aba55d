#define F(x, y) x
F(1)
