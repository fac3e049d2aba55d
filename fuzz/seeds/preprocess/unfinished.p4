#define A B
#define B A A
A\
 B "
#if
/*