a |##+ b
#define OPS |##+##| <##<##= -##> z
a OPS b
#define P(a, b) [a##b]
P(|, +) P(+, x) P(x, +) P(1, .) P(., .) P("a", "b") P(x, "a") P(/, /) P(/, *) P(/, =) P(1, 2) P(8w, 5)
P(-, 1) P(1, -) P(1e, -) P(+, +x) P(a b, c d) P(, y) P(z, ) P(, ) P(L, "a") P(#, #) P(., 5) P(., x)
