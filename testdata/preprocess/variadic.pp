#define V(f, ...) f(__VA_ARGS__)
V(g, 1, 2) V(g) V(g, ) V(g, (1, 2), 3) V(g, V(h, 4))
#define W(...) [__VA_ARGS__] #__VA_ARGS__
W() W(1) W(1,2 , 3) W(,) W((,))
