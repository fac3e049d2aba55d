"a\"b" '\'' "\\" X
#define X 1
"\\" X "\"" X
