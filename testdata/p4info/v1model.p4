// What control planes are told of a program for v1model: headers of packets to and from them, value sets, digests by calls, other match kinds, a profile
// that a property makes. The back end need not take it.
#include <v1model.p4>

match_kind { longest_first }

@controller_header("packet_in") @note(in)
header packet_in_t { @id(5) bit<9> port; @padding bit<7> pad; }
@controller_header("packet_out")
header packet_out_t { bit<9> port; int<7> delta; }
header h_t { bit<32> a; bit<16> b; int<8> c; }
struct headers_t { packet_in_t to; packet_out_t from; h_t h; h_t[2] stack; }
struct meta_t { bit<8> x; }
struct vs_t { @match(ternary) bit<16> b; @id(9) @brief("a") bit<32> a; }
struct told_t { bit<32> a; bool valid; }

parser P(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    @brief("Kinds") value_set<vs_t>(4) kinds;
    value_set<bit<8>>(8) numbers;
    state start {
        packet.extract(hdr.h);
        transition select(hdr.h.b, hdr.h.a) { kinds: more; _: accept; }
    }
    state more { transition select(meta.x) { numbers: accept; _: reject; } }
}
control V(inout headers_t hdr, inout meta_t meta) { apply { } }
control I(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    direct_counter(CounterType.packets_and_bytes) hits;
    direct_meter<bit<8>>(MeterType.bytes) colours;
    meter(16, MeterType.packets) rates;
    register<bit<48>>(64) cells;
    action learn(bit<9> port) {
        std.egress_spec = port;
        digest<told_t>(1, { hdr.h.a, hdr.h.isValid() });
        digest(2, { hdr.h.b, meta.x });
    }
    action dead() { meta.x = 1; }
    table t {
        key = { hdr.h.a: longest_first; hdr.h.b: range; hdr.h.c: optional; hdr.stack[1].b: exact; hdr.h.a[7:0]: selector; }
        actions = { learn; NoAction; }
        const default_action = learn(1);
        @name("shared") implementation = action_selector(HashAlgorithm.crc16, 128, 8);
        const entries = {
            (_, 3..9, 5, 1, _): learn(300);
            (_, 0..0xffff, _, 2, _): NoAction();
        }
        support_timeout = true;
    }
    table u {
        key = { hdr.h.b: exact; }
        actions = { learn; NoAction; }
        counters = hits;
        meters = colours;
        size = 0;
    }
    apply { if (CounterType.packets == CounterType.bytes) { dead(); } t.apply(); u.apply(); bit<48> now; cells.read(now, 0); rates.execute_meter(1, meta.x); }
}
control E(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) { apply { } }
control C(inout headers_t hdr, inout meta_t meta) { apply { } }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
