// A stack that different ways through the parser fill to different heights, and distances that the program computes.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    int<4> by;
    bit<4> rest;
    bit<96> pad;
}
header cell_h {
    bit<8> v;
}
struct headers_t {
    io_h io;
    cell_h[3] cells;
    cell_h[3] others;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.op) {
            0: last;
            1: first;
            2: copied;
            3: far;
            _: accept;
        }
    }
    state first {
        packet.extract(headers.cells.next);
        transition last;
    }
    state last {
        packet.extract(headers.cells.next);
        transition accept;
    }
    state copied {
        packet.extract(headers.others.next);
        packet.extract(headers.others.next);
        headers.cells = headers.others;
        headers.others.pop_front(2);
        transition last;
    }
    // Clang knows that this is little.
    state far {
        packet.advance((bit<32>) ((bit<4>) headers.io.by + 4w7) << 3);
        packet.extract(headers.cells.next);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.cells);
        packet.emit(headers.io);
    }
}

xdp(Prs(), Swt(), Dep()) main;
