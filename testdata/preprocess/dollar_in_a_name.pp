#define a x
a$a $a
