#define S(x) #x
S(\) S(a\) S("x"\)
