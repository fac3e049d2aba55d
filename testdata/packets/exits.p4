// `exit` from within everything that can apply a table (specification, "Exit statement"), with the copies out of all callers, and out of loops;
// sub-controls applied again and again: parameters, variables and tables.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> a;
    bit<8> r;
    bit<8> s;
    bit<8> t;
}
header pad_h {
    bit<72> rest;
}
struct headers_t {
    io_h io;
    pad_h pad;
}

bit<8> plus(in bit<8> x, in bool b) {
    return b ? x + 1 : x;
}

// Its table exits where `key` is 1; hits where it is 2.
control Leaving(inout bit<8> key, inout bit<8> seen, out bit<8> made) {
    bit<8> rounds = 0;
    action leave() { seen = seen + 1; exit; }
    action stay() { seen = seen + 0x10; }
    action nothing() { }
    table t {
        key = { key : exact; }
        actions = { leave; stay; nothing; }
        const default_action = nothing;
        const entries = { 1 : leave; 2 : stay; }
    }
    table u {
        key = { t.apply().hit : exact @name("hit"); }
        actions = { stay; nothing; }
        const default_action = nothing;
        const entries = { true : stay; }
    }
    apply {
        made = 0x40;
        if (key & 0x80 != 0) {
            key = key & 0x0f;
            u.apply();
            made = 0x41;
            return;
        }
        if (key & 0x40 != 0) {
            key = key & 0x0f;
            seen = plus(seen, t.apply().hit);
            made = 0x42;
            return;
        }
        if (key & 0x20 != 0) {
            key = key & 0x0f;
            switch (t.apply().action_run) {
                stay: { made = 0x43; }
                leave: { made = 0x44; }
                default: { made = 0x45; }
            }
            return;
        }
        if (key & 0x10 != 0) {
            key = key & 0x0f;
            if (key == 3 || !t.apply().miss) {
                made = 0x46;
            } else {
                made = 0x47;
            }
            return;
        }
        for (bit<8> i = 0; i < 5; i = i + 1) {
            rounds = rounds + 1;
            if (i == 3) {
                key = key + 1;
                t.apply();
            }
        }
        made = rounds;
    }
}

// Applies it from two places, with other arguments, and once more with storage of its own in between.
control Twice(inout bit<8> x, inout bit<8> y) {
    Leaving() leaving;
    apply {
        bit<8> first;
        bit<8> second;
        leaving.apply(x, y, first);
        leaving.apply(y, x, second);
        x = first;
        y = second;
    }
}

control Add(in bit<8> v, inout bit<8> sum) {
    bit<8> local;
    apply {
        // Not what an earlier application left.
        local = v;
        sum = sum + local;
    }
}

control Fresh(inout bit<8> x) {
    bit<8> count = 1;
    apply {
        count = count + x;
        x = count;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.pad);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Leaving() leaving;
    Twice() twice;
    Add() add;
    Add() alone;
    Fresh() fresh;
    action last() {
        headers.io.t = 0xee;
        exit;
    }
    table final {
        actions = { last; }
        const default_action = last;
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        switch (headers.io.op) {
            0: { leaving.apply(headers.io.a, headers.io.r, headers.io.s); }
            1: { twice.apply(headers.io.a, headers.io.r); }
            2: {
                for (bit<8> i in 1 .. 4) {
                    add.apply(i, headers.io.r);
                }
            }
            3: {
                for (bit<8> i in { headers.io.a, 0x10, 0x20 }) {
                    alone.apply(i, headers.io.r);
                }
            }
            4: {
                for (bit<8> i in { 1, 2, 3 }) {
                    for (bit<8> j in { 0x10, 0x20, 0x30 }) {
                        if (j == 0x20 && i == headers.io.a) { break; }
                        if (j == 0x10 && i == 2) { continue; }
                        add.apply(i + j, headers.io.r);
                        if (i == 3) { leaving.apply(headers.io.s, headers.io.t, headers.io.a); }
                    }
                }
            }
            5: { fresh.apply(headers.io.a); fresh.apply(headers.io.a); fresh.apply(headers.io.r); }
            6: { final.apply(); }
        }
        headers.io.op = 0xff;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
