// Messages as a trace shows them: values as P4 writes them, braces without values, quotes; digests of headers, structs and errors.
#include <v1model.p4>

header first_h {
    bit<8> a;
    varbit<16> v;
}
header pair_h {
    bit<8> x;
    int<8> y;
}
enum Kind { One, Two }
enum bit<8> Number { Three = 3 }
struct headers_t {
    first_h first;
    pair_h pair;
}
struct meta_t {
    int<8> negative;
    Kind kind;
    Number number;
}
struct inner_t {
    bit<4> p;
    bool q;
}
struct learn_t {
    pair_h pair;
    inner_t inner;
    error reason;
    int<8> n;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.first, 16);
        packet.extract(headers.pair);
        log_msg("in the parser: {}", { headers.pair.x });
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        meta = { -3, Kind.Two, Number.Three };
        log_msg("say \"hi\": {} {} {}", { headers.pair.isValid(), meta.negative, meta.number });
        log_msg("\"quoted\"");
        log_msg("no values: {}");
        log_msg("too few: {} {}", { 8w1 });
        log_msg("too many: {}", { 8w1, 8w2 });
        log_msg("{} and {}", { meta.kind, sm.parser_error });
        log_msg("a header: {} {}", headers.pair);
        log_msg("wide: {}, of any length: {}", { 200w1 << 150, headers.first.v });
        digest<learn_t>(1, { headers.pair, { 4w3, true }, sm.parser_error, -8s1 });
        digest(2, headers.pair);
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
