// What packets and programs can do wrong at run time: one operation a value of `op`.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> a;
    bit<8> b;
}
header item_h { bit<8> v; }
struct headers_t {
    op_h op;
    item_h[2] items;
    item_h other;
}
struct meta_t { bit<8> seen; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition select(headers.op.op) {
            1: items;
            2 .. 9: accept;
            10: jump;
        }
    }
    state items {
        packet.extract(headers.items.next);
        transition items;
    }
    state jump {
        packet.advance((bit<32>) headers.op.a);
        verify(headers.op.b != 0, error.ParserInvalidArgument);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action set(bit<8> v) { headers.op.b = v; }
    table by_other {
        key = { headers.other.v: exact @name("other"); }
        actions = { set; }
        default_action = set(1);
    }
    apply {
        if (headers.other.isValid() && headers.other.v == 1) {
            meta.seen = 1;
        }
        if (headers.op.op == 2) {
            headers.op.b = headers.other.v;
        } else if (headers.op.op == 3) {
            headers.other.v = 5;
        } else if (headers.op.op == 4) {
            headers.op.b = headers.items[headers.op.a].v;
            headers.items[headers.op.a].v = 1;
            headers.items[headers.op.a].setValid();
        } else if (headers.op.op == 5) {
            headers.op.b = headers.op.b / headers.op.a;
        } else if (headers.op.op == 6) {
            by_other.apply();
        } else if (headers.op.op == 7) {
            log_msg("a = {}", { headers.op.a });
            assert(headers.op.a == 0);
        }
        sm.egress_spec = 1;
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (headers.op.op == 8) {
            mark_to_drop(sm);
        }
    }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.op);
        packet.emit(headers.items);
    }
}

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
