a
#define X 1\
2
X
#if 1 \
 && 1
y
#endif
// c
z
