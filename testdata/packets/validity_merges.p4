// Validity where ways come together: branches, switches, tables, loops, copies and blocks that are left; what was assumed in a branch does not outlive it.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> r;
}
header cell_h {
    bit<8> v;
}
header pad_h {
    bit<112> rest;
}
struct headers_t {
    io_h io;
    cell_h a;
    cell_h b;
    cell_h c;
    pad_h pad;
}

bit<8> which(in cell_h x, in cell_h y) {
    if (x.isValid()) {
        if (y.isValid()) { return 3; }
        return 1;
    }
    return y.isValid() ? 8w2 : 0;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.r) {
            1: only_a;
            2: only_b;
            3: both;
            _: rest;
        }
    }
    state only_a { packet.extract(headers.a); transition rest; }
    state only_b { packet.extract(headers.b); transition rest; }
    state both { packet.extract(headers.a); packet.extract(headers.b); transition rest; }
    state rest { packet.extract(headers.pad); transition accept; }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    action make() { headers.c.setValid(); headers.c.v = 0xcc; }
    action drop_a() { headers.a.setInvalid(); }
    action leave() { headers.b.setInvalid(); exit; }
    table t {
        key = { headers.io.r : exact; headers.a.isValid() : exact @name("a"); }
        actions = { make; drop_a; leave; NoAction; }
        const default_action = NoAction;
        const entries = { (1, true) : drop_a; (2, false) : make; (3, true) : leave; }
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        switch (headers.io.op) {
            0: {
                if (headers.a.isValid()) { headers.c = headers.a; } else { headers.c = headers.b; }
                if (headers.c.isValid()) { headers.c.v = headers.c.v + 1; }
            }
            1: {
                if (headers.a.isValid() && headers.b.isValid()) { headers.b.setInvalid(); }
                else if (headers.a.isValid() || headers.b.isValid()) { headers.c = { 0x77 }; }
                headers.io.r = which(headers.a, headers.b);
            }
            2: { t.apply(); headers.io.r = which(headers.a, headers.c); }
            3: {
                for (bit<8> i in 0 .. 2) {
                    if (headers.c.isValid()) { headers.a = headers.c; headers.c.setInvalid(); }
                    else { headers.c = headers.a; headers.a.setInvalid(); }
                }
                headers.io.r = which(headers.a, headers.c);
            }
            4: {
                switch (headers.io.r) {
                    1: { headers.b.setValid(); headers.b.v = 0xbb; }
                    2: { headers.a = headers.b; headers.b.setInvalid(); }
                    default: { if (!headers.a.isValid()) { headers.c.setValid(); return; } }
                }
                headers.io.r = which(headers.a, headers.b);
            }
            5: {
                cell_h kept = headers.a;
                headers.a = headers.b;
                headers.b = kept;
                if (!kept.isValid() && headers.b.isValid()) { headers.io.r = 0xee; }
            }
            6: {
                headers.a.setInvalid();
                headers.a.v = 9;
                headers.c = headers.a;
                headers.a.setValid();
                headers.io.r = headers.a.v + which(headers.c, headers.a);
            }
        }
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
