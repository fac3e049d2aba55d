// Externs of v1model in blocks that they are not for, reached directly, through actions, functions and other controls.
#include <core.p4>
#include <v1model.p4>

header H { bit<8> a; bit<16> sum; }
struct Headers { H h; }
struct Meta { bit<8> a; }

void dropped(inout standard_metadata_t standard) { mark_to_drop(standard); }

parser P(packet_in packet, out Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    state start {
        mark_to_drop(standard);
        clone(CloneType.I2E, 1);                                      // error[E0405]
        packet.extract(headers.h);
        meta.a = headers.h.a;
        transition accept;
    }
}

control Verify(inout Headers headers, inout Meta meta) {
    apply {
        verify_checksum(true, { headers.h.a }, headers.h.sum, HashAlgorithm.csum16);
        update_checksum(true, { headers.h.a }, headers.h.sum, HashAlgorithm.csum16); // error[E0405]
    }
}

control Inner(in Meta meta) {
    apply { digest(1, meta); }                                        // warning[W0403]
}

control I(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    direct_counter(CounterType.packets) c;
    direct_meter<bit<2>>(MeterType.packets) m;
    bit<2> colour = 0;
    action count() { c.count(); }
    action read() { m.read(colour); standard.egress_port[1:0] = colour; }
    action again() { recirculate_preserving_field_list(1); }          // warning[W0403]
    table t { key = { meta.a: exact; } actions = { count; again; } counters = c; default_action = again; }
    table u { key = { meta.a: exact; } actions = { count; } counters = c; default_action = count; } // error[E0406]
    table v { key = { meta.a: exact; } actions = { read; } meters = m; default_action = read; }
    apply {
        dropped(standard);
        digest(1, meta);
        t.apply();
        u.apply();
        v.apply();
        c.count();                                                    // error[E0406]
    }
}

control E(inout Headers headers, inout Meta meta, inout standard_metadata_t standard) {
    apply { dropped(standard); Inner.apply(meta); }
}

control Compute(inout Headers headers, inout Meta meta) {
    apply { recirculate_preserving_field_list(1); }                   // error[E0405]
}
control D(packet_out packet, in Headers headers) { apply { packet.emit(headers.h); } }

V1Switch(P(), Verify(), I(), E(), Compute(), D()) main;
