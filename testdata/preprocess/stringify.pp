#define S(x) #x
#define X(x) S(x)
#define E
S( a  b   c ) S("a\n" 'b' "\\") S() S(@ \n) 
