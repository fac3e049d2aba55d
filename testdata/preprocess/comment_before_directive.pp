/* a
*/ #define Q 1
Q
b /*
*/ #define R 2
R
/* c */ /* d */ #define S 3
S
