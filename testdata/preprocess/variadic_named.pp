#define L(a, r...) f(a, r)
#define M(r...) g(r) #r
L(1, 2) L(1, 2, 3) L(1, ) L(1) M() M(1) M(1, 2)
