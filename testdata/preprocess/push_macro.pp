#pragma push_macro("X")
#define X 1
#pragma push_macro("X")
#undef X
#define X 2
X
#pragma pop_macro("X")
X
#pragma pop_macro("X")
X
#pragma pop_macro("X")
X
#define F(a) [a]
#pragma push_macro("F")
#define F(a) <a>
F(1)
_Pragma("pop_macro(\"F\")") F(2)
