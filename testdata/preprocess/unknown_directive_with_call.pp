#define F(x) x
# note F(
1) more
after F(2)
