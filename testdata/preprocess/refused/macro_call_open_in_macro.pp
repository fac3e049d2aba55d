#define F(a, b) <a|b>
#define OPEN F(1,
OPEN OPEN 5) 6)
