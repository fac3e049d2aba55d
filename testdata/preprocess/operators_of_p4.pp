#define A |+|
#define M &&&
#define R ..
x A y |-| M 1 R 2 A|+| +: ++ |+|= >>> I(a)
#define OR |
OR+| |OR ||OR
