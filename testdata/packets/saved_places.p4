// Which element an `out` or `inout` argument is, is decided before the call: neither the body nor an earlier copy out changes it
// (section "Calling convention", step 3).
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> i;
    bit<8> r;
    bit<88> rest;
}
header cell_h {
    bit<8> next;
    bit<8> v;
}
struct headers_t {
    io_h io;
    cell_h[3] cells;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.cells.next);
        packet.extract(headers.cells.next);
        packet.extract(headers.cells.next);
        transition accept;
    }
}

void both(inout bit<8> x, inout bit<8> y) { x = x + 1; y = y + 0x10; }
void lose(out cell_h c, inout bit<8> y) { y = y + 0x20; }

control Sub(inout headers_t headers, inout bit<8> v) {
    apply {
        headers.io.i = 2;
        headers.cells[0].next = 1;
        v = 0x55;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Sub() sub;
    action move(inout bit<8> v) {
        headers.io.i = 2;
        headers.cells[0].next = 1;
        v = 0x66;
    }
    table moves {
        actions = { move(headers.cells[headers.cells[0].next].v); }
        default_action = move(headers.cells[headers.cells[0].next].v);
    }
    apply {
        omd.output_action = xdp_action.XDP_TX;
        switch (headers.io.op) {
            // The copy out of the first argument changes the second's index.
            1: { both(headers.io.i, headers.cells[headers.io.i].v); }
            // So does the body, by another name.
            2: { move(headers.cells[headers.io.i].v); }
            3: { move(headers.cells[headers.cells[0].next].v); }
            4: { moves.apply(); }
            // Of a control too, which is given all headers.
            5: { sub.apply(headers, headers.cells[headers.io.i].v); }
            6: { sub.apply(headers, headers.cells[headers.cells[headers.io.i].next].v); }
            // The first copy out makes the header invalid whose field is the index.
            7: { lose(headers.cells[1], headers.cells[headers.cells[1].next].v); }
            // A slice of such an element.
            8: { headers.io.r[3:0] = 3; both(headers.io.i, headers.cells[headers.io.i].v[7:0]); }
        }
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
