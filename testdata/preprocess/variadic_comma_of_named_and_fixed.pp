#define D(fmt, args...) print(fmt , ##args);
#define E2(...) D("x", ##__VA_ARGS__)
D("a") D("a", 1) E2() E2(1) E2(1, 2)
