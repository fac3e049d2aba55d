// What is not initialised is zero, and invalid, each time that it is declared: variables of blocks, controls and functions, out parameters, made headers.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> a;
    bit<8> b;
    bit<8> c;
}
header cell_h {
    bit<8> v;
}
header pad_h {
    bit<112> rest;
}
enum colour_t { red, green, blue }
struct inner_t {
    bit<8> x;
    bool flag;
    colour_t colour;
    cell_h cell;
    cell_h[2] cells;
}
struct headers_t {
    io_h io;
    cell_h made;
    pad_h pad;
}

bit<8> summary(in inner_t i) {
    bit<8> bits = 0;
    if (i.flag) { bits = bits | 1; }
    if (i.colour == colour_t.red) { bits = bits | 2; }
    if (i.cell.isValid()) { bits = bits | 4; }
    if (i.cells[0].isValid() || i.cells[1].isValid()) { bits = bits | 8; }
    return bits | i.x << 4;
}
void fill(inout inner_t i) {
    i.x = i.x + 5;
    i.flag = true;
    i.colour = colour_t.blue;
    i.cell.setValid();
    i.cells[1].setValid();
}
void empty(out inner_t i, out bit<8> x) {
}
bit<8> local_of(in bool set) {
    bit<8> x;
    if (set) { x = 7; }
    return x;
}

control Sub(out bit<8> x, inout bit<8> y)(bit<8> n) {
    inner_t kept;
    apply {
        y = summary(kept);
        fill(kept);
        if (y == n) { x = summary(kept); }
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    bit<8> unset;
    state start {
        packet.extract(headers.io);
        packet.extract(headers.pad);
        bit<8> seen;
        headers.io.c = headers.io.c + seen + unset;
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Sub(2) sub;
    bit<8> of_control;
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        switch (headers.io.op) {
            0: { inner_t i; headers.io.a = summary(i); fill(i); headers.io.b = summary(i); }
            1: { inner_t i; fill(i); empty(i, headers.io.b); headers.io.a = summary(i); }
            2: { sub.apply(headers.io.a, headers.io.b); }
            3: { sub.apply(headers.io.a, headers.io.b); sub.apply(headers.io.b, headers.io.c); }
            4: { headers.io.a = local_of(true); headers.io.b = local_of(false); headers.io.c = of_control; }
            5: {
                for (bit<8> k in 1 .. 3) {
                    bit<8> x;
                    headers.io.a = headers.io.a + x;
                    x = k;
                    headers.io.b = headers.io.b + x;
                }
            }
            6: { headers.made.setValid(); headers.io.a = headers.made.v; headers.made.v = 3; headers.made.setInvalid(); headers.made.setValid(); }
        }
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
