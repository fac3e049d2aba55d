#ident "x"
#sccs "y"
a
#define V "1"
#ident V
b
#ident "x" y
