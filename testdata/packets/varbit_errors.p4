// A header with a varbit field that cannot be extracted has one error, whichever of them hold (section "Variable-width extraction"): no whole number of
// bytes, then the end of the packet, then more than the field takes.
#include <core.p4>
#include <v1model.p4>

header fixed_h {
    bit<80> rest;
    bit<8> code;
    bit<16> bits;
}
header options_h {
    bit<8> kind;
    varbit<32> data;
}
struct headers_t {
    fixed_h fixed;
    options_h options;
}
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.fixed);
        packet.extract(headers.options, (bit<32>) headers.fixed.bits);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        bit<8> code = 0xff;
        switch (sm.parser_error) {
            error.NoError: { code = 0; }
            error.PacketTooShort: { code = 1; }
            error.HeaderTooShort: { code = 4; }
            error.ParserInvalidArgument: { code = 6; }
            default: { }
        }
        headers.fixed.code = code | (bit<1>) headers.options.isValid() ++ 7w0;
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
