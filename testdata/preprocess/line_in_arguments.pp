#define G(x) x __LINE__
#define H __LINE__
#define S(x) #x
#define X(x) S(x)
G(
1
) H G(
H __LINE__)
X(__LINE__) S(__LINE__) X(
H) G(G(
2))
