#define M(x) [x]
M('a,b') M("a,b)") M('(a)
) M("'") M('"')
