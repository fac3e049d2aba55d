// Macros as cpp expands them in assembler source: `##` that makes no token, a named list of arguments, a remark in `#`.
#include <core.p4>
#include <xdp_model.p4>
    #TODO: more fields, don't forget
# note: of no consequence
#define FIELD(name) bit<16> ## name ## _a; bit<16> ## name ## _b;
#define COUNTER(stage, i) CounterArray(4, false) ## stage ## i ##_hits;
#define RUN(stage, i) stage ## i.apply() ; o. ## out ## put_port = ## 0;
#define PUSH(u) action push_ ## u ## (bit<16> x) { h. ## u ## .t_a = x; }
#define CALL(f, args...) f(1, ## args)
#if __has_include(<core.p4>) && 'A' == 65
#define TEN 1\
0
#endif
header t_h { FIELD(t) }
header eth_h { bit<48> dst; bit<48> src; bit<16> type; }
struct headers { eth_h eth; t_h u0; }
parser P(packet_in p, out headers h) { state start { p.extract(h.eth); p.extract(h.u0); transition accept; } }
bit<16> add(in bit<16> a, in bit<16> b) { return a + b; }
bit<16> one(in bit<16> a) { return a; }
control S(inout headers h, in xdp_input i, out xdp_output o) {
    COUNTER(stage, 1)
    PUSH(u0)
    table stage1 {
        key = { h.eth.type : exact; }
        actions = { push_u0; }
        const default_action = push_u0(0x1234);
    }
    apply {
        o.output_action = xdp_action.XDP_TX;
        RUN(stage, 1)
        stage1_hits.increment(0);
        h.eth.type = CALL(add, TEN) + CALL(one);
    }
}
control D(in headers h, packet_out p) { apply { p.emit(h); } }
xdp(P(), S(), D()) main;
