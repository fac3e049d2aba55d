#define F(a, b) <a|b>
F(1
,
2) F
(
3, // comment, )
4 /* ) */
) end
