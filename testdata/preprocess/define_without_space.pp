#define X+1
X
#define Y"s"
Y
#define Z$ 1
Z Z$ a$b
#define V,
V
