#define FIELD(n) bit<16> ## n ## _a; bit<16> ## n ## _b;
#define CNT(stage, i) CounterArray(4, false) ## stage ## i ##_hits;
#define RUN(stage, i) stage ## i.apply() ; o. ## out ## put_port = ## 0;
#define PUSH(u) action push_ ## u ## (bit<16> x) { h. ## u ## .t_a = x; }
FIELD(t) CNT(stage, 1) RUN(stage, 2) PUSH(u0)
#define Q(a) a ## + ## | - ## b
#define S(x) #x
#define X(x) S(x)
X(Q(|)) X(Q()) X(Q(+)) X(Q(a b))
