#define G() g
#define F(x) f[x]
#define H(x, y) h[x|y]
G() G( ) F() F( ) F(/**/) H(,) H( , ) H(a,) H(,b)
G(
) F(
)
