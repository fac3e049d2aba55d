#define F(x) <x>
F((a, b)) F({a) F([) F((a)(b))
#define H(x, y) <x|y>
H({a, b}) H([c, d]) H((,), ())
