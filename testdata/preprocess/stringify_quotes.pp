#define S(x) #x
S('"') S("'") S("a" "b") S('\'') S(L"x" L'y') S("\"")
