// Sub-parsers: out parameters begin invalid, copies out at accept, what happens on reject and where a verify fails, local variables anew, an instance
// applied twice; functions with several returns in parsers.
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
    cell_h b;
    cell_h[4] x;
    pad_h pad;
}

bit<8> classify(in bit<8> v, inout bit<8> count) {
    count = count + 1;
    if (v < 0x10) {
        return 1;
    }
    count = count + 1;
    if (v < 0x20) {
        if (v == 0x1f) {
            return 5;
        }
        return 2;
    }
    return 3;
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

parser Many(packet_in packet, inout cell_h[4] cells, inout bit<8> n) {
    state start {
        transition select(n) {
            0: accept;
            _: more;
        }
    }
    state more {
        packet.extract(cells.next);
        n = n - 1;
        transition start;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    Cell() cell;
    Many() many;
    state start {
        packet.extract(headers.io);
        transition select(headers.io.op) {
            0: once;
            1: both;
            3: conditional;
            4: stacked;
            5: classes;
            _: rest;
        }
    }
    state once { cell.apply(packet, headers.a, headers.io.r); transition rest; }
    // The second begins with an invalid header and a local of 1 again, and makes `a` anew.
    state both {
        cell.apply(packet, headers.a, headers.io.r);
        headers.b = headers.a;
        cell.apply(packet, headers.a, headers.io.s);
        transition rest;
    }
    state conditional {
        if (headers.io.n == 1) {
            cell.apply(packet, headers.a, headers.io.r);
        } else {
            { cell.apply(packet, headers.b, headers.io.s); }
            headers.io.n = 0x55;
        }
        headers.io.s = headers.io.s + headers.io.r;
        transition rest;
    }
    state stacked {
        bit<8> n = headers.io.n;
        many.apply(packet, headers.x, n);
        headers.io.r = (bit<8>) headers.x.lastIndex;
        n = 1;
        many.apply(packet, headers.x, n);
        headers.io.s = headers.x.last.v;
        transition rest;
    }
    state classes {
        headers.io.s = classify(headers.io.n, headers.io.r);
        transition select(classify(headers.io.n + 0x10, headers.io.r)) {
            1 .. 2: rest;
            5: rest;
            _: marked;
        }
    }
    state marked { headers.io.r = headers.io.r | 0x80; transition rest; }
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
