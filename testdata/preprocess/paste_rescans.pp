#define AB found
#define P(a, b) a ## b
P(A, B) P(P, (A, B)) P(A, P(B, C))
#define xcat(a, b) P(a, b)
xcat(A, B) xcat(xcat(1, 2), 3) xcat(A, xcat(B, ))
#define hash_hash # ## #
#define mkstr(a) # a
#define in_between(a) mkstr(a)
#define join(c, d) in_between(c hash_hash d)
x join(x, y)
