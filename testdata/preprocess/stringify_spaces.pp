#define S(x) #x
#define X(x) S(x)
#define E
#define P(a, b) a ## b
#define I(a) a
X(a E+b) X(-E-) X(E) X( E a) X(P(|, +)) X(P(| , +)) X(I( a )b) X(.I( )b) X(I(a)I(b)) X(I(a) I(b)) X(I()I()+) X(I() +)
S(a/* */b) S(a
b) S( /* */ )
