#define X 1
#define X 1
#define  X   1
#define X 2
X
#define F(a) a
#define F(b) b
F(1)
#define F F
F(2)
