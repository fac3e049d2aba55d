#undef NONE
#define X 1
#undef X y
X
#define Y(a) a
#undef Y
Y(1)
