// Tables beyond one kind of key: priorities of declared entries in both orders, initial entries that the control plane may
// remove, what `hit`, `miss` and `action_run` say, keys that are expressions, and actions with annotations.
#include <v1model.p4>

header key_h {
    bit<8> which;
    bit<8> a;
    bit<16> b;
    bit<8> result;
    bit<8> hit;
}
struct headers_t { key_h key; }
struct meta_t { bit<1> unused; }
enum bit<8> Kind { One = 1, Two = 2 }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action set(bit<8> v) { headers.key.result = v; }
    action add_to(bit<8> v) { headers.key.result = headers.key.a + v; }

    // The larger number wins, as always unless something else is written.
    table largest {
        key = { headers.key.a: ternary; headers.key.b: range; }
        actions = { set; }
        default_action = set(0xff);
        entries = {
            priority = 10: (0x10 &&& 0xf0, _): set(0x11);
            priority = 20: (0x12, 1 .. 0x0fff): set(0x12);
            priority = 5: (_, 0x2000 .. 0x2fff): set(0x13);
        }
    }
    table smallest {
        key = { headers.key.a: ternary; headers.key.b: range; }
        actions = { set; }
        default_action = set(0xff);
        largest_priority_wins = false;
        entries = {
            const priority = 10: (0x10 &&& 0xf0, _): set(0x21);
            priority = 20: (0x12, 1 .. 0x0fff): set(0x22);
            priority = 5: (_, 0x2000 .. 0x2fff): set(0x23);
        }
    }
    // Without priorities the first that matches wins.
    table ordered {
        key = { headers.key.a: optional; headers.key.b: ternary; }
        actions = { set; add_to; }
        const default_action = set(0xff);
        const entries = {
            (1, _): set(0x31);
            (_, 0x0100 &&& 0x0f00): add_to(0x30);
            (1, 0x0100): set(0x33);
        }
    }
    // The longest prefix wins, whatever the order.
    table prefixes {
        key = { headers.key.a: exact; headers.key.b: lpm; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            (1, _): set(0x41);
            (1, 0x1200 &&& 0xff00): set(0x42);
            (1, 0x1230 &&& 0xfff0): set(0x43);
            (2, 0x1230): set(0x44);
        }
    }
    table by_expression {
        key = {
            headers.key.a + 1: exact @name("next");
            headers.key.b[11:4]: exact @name("middle");
            headers.key.isValid(): exact @name("there");
            sm.ingress_port == 3: exact @name("from_three");
        }
        actions = { set; @defaultonly add_to; }
        default_action = add_to(1);
    }
    table by_kind {
        key = { (Kind) headers.key.a: exact @name("kind"); }
        actions = { set; }
        default_action = set(0);
        const entries = {
            Kind.One: set(0x61);
            Kind.Two: set(0x62);
        }
    }
    table aging {
        key = { headers.key.a: exact; }
        actions = { set; }
        default_action = set(0x80);
        support_timeout = true;
    }
    table nothing {
        actions = { set; add_to; }
        default_action = set(0x70);
    }
    apply {
        sm.egress_spec = 1;
        if (headers.key.which == 0) {
            headers.key.hit = (bit<8>) (bit<1>) largest.apply().hit;
        } else if (headers.key.which == 1) {
            headers.key.hit = (bit<8>) (bit<1>) smallest.apply().hit;
        } else if (headers.key.which == 2) {
            switch (ordered.apply().action_run) {
                set: { headers.key.hit = 0xa1; }
                add_to: { headers.key.hit = 0xa2; }
            }
        } else if (headers.key.which == 3) {
            headers.key.hit = (bit<8>) (bit<1>) prefixes.apply().miss;
        } else if (headers.key.which == 4) {
            headers.key.hit = (bit<8>) (bit<1>) by_expression.apply().hit;
        } else if (headers.key.which == 5) {
            by_kind.apply();
        } else if (headers.key.which == 6) {
            headers.key.hit = (bit<8>) (bit<1>) nothing.apply().hit;
        } else if (headers.key.which == 7) {
            headers.key.hit = (bit<8>) (bit<1>) aging.apply().hit;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
