// A sub-parser in a loop of states: what it declares begins anew in each round.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> n;
    bit<8> r;
    bit<8> s;
}
header cell_h {
    bit<8> v;
}
header pad_h {
    bit<80> rest;
}
struct headers_t {
    io_h io;
    cell_h a;
    pad_h pad;
}

parser Cell(packet_in packet, out cell_h cell, inout bit<8> sum) {
    bit<8> local = 1;
    state start {
        sum = sum + (cell.isValid() ? 8w0x80 : 8w0);
        transition select(packet.lookahead<bit<8>>()) {
            0xee: skip;
            0xdd: reject;
            _: take;
        }
    }
    state skip {
        packet.advance(8);
        local = local + 1;
        transition take;
    }
    state take {
        packet.extract(cell);
        verify(cell.v != 0xcc, error.NoMatch);
        sum = sum + local;
        transition accept;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    Cell() cell;
    state start {
        packet.extract(headers.io);
        transition select(headers.io.op) {
            2: repeat;
            _: rest;
        }
    }
    state repeat {
        cell.apply(packet, headers.a, headers.io.r);
        headers.io.n = headers.io.n - 1;
        transition select(headers.io.n) {
            0: rest;
            _: repeat;
        }
    }
    state rest {
        packet.extract(headers.pad);
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
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
