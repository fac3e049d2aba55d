// Declared entries whose keysets are of another kind than their keys: masks, ranges and `_` on exact keys, ranges on lpm, ternary and
// optional ones, masks on range keys. Exact and lpm keys with these match as the entries that a compiler would make of them; of
// several in one table the first one wins, or with lpm the one with the longest prefix.
#include <v1model.p4>

header key_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<8> which;
    bit<8> a;
    bit<16> b;
    bit<8> result;
    bit<8> hit;
    int<8> s;
}
struct headers_t { key_h key; }
struct meta_t { bit<1> unused; }
parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action set(bit<8> v) { headers.key.result = v; }
    table exact_table {
        key = { headers.key.a: exact; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            0x12: set(0x01);
            0x10 &&& 0xf0: set(0x02);
            0x20 .. 0x25: set(0x03);
            0x24: set(0x04);
            _: set(0x05);
        }
    }
    table two {
        key = { headers.key.a: exact; headers.key.b: exact; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            (1, 2): set(0x11);
            (1, _): set(0x12);
            (_, 2): set(0x13);
        }
    }
    table opt {
        key = { headers.key.a: optional; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            0x12: set(0x21);
            0x10 &&& 0xf0: set(0x22);
            0x20 .. 0x25: set(0x23);
        }
    }
    table lp {
        key = { headers.key.a: lpm; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            0x10 .. 0x2f: set(0x31);
            0x12: set(0x32);
            0x20 &&& 0xe0: set(0x33);
        }
    }
    table tern {
        key = { headers.key.a: ternary; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            0x10 .. 0x15: set(0x41);
            0x14: set(0x42);
            0x16: set(0x43);
        }
    }
    table rng {
        key = { headers.key.a: range; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            0x10 &&& 0xf1: set(0x51);
            0x10 .. 0x1f: set(0x52);
        }
    }
    table srng {
        key = { headers.key.s: range; }
        actions = { set; }
        default_action = set(0xff);
        const entries = {
            -5 .. 5: set(0x61);
            -128 .. -6: set(0x62);
        }
    }
    apply {
        sm.egress_spec = 1;
        bool h = false;
        if (headers.key.which == 0) { h = exact_table.apply().hit; }
        else if (headers.key.which == 1) { h = two.apply().hit; }
        else if (headers.key.which == 2) { h = opt.apply().hit; }
        else if (headers.key.which == 3) { h = lp.apply().hit; }
        else if (headers.key.which == 4) { h = tern.apply().hit; }
        else if (headers.key.which == 5) { h = rng.apply().hit; }
        else if (headers.key.which == 6) { h = srng.apply().hit; }
        if (h) { headers.key.hit = 1; }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.key); } }
V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
