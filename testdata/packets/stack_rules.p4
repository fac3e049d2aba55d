// Header stacks by the specification's rules ("Operations on header stacks"): nextIndex after push_front and pop_front in a parser, counts over the size,
// last of an empty stack, copies with nextIndex, indices out of range, which change nothing.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> i;
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
    cell_h[3] x;
    cell_h[3] y;
    pad_h pad;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.op) {
            0x08: empty;
            0x09: popped;
            _: two;
        }
    }
    state empty {
        headers.io.r = headers.x.last.v;
        transition accept;
    }
    state popped {
        packet.extract(headers.x.next);
        headers.x.pop_front(2);
        transition select(headers.x.last.v) {
            default: accept;
        }
    }
    state two {
        packet.extract(headers.x.next);
        packet.extract(headers.x.next);
        transition select(headers.io.op) {
            0: after_push;
            1: after_pop;
            2: over;
            3: copied;
            4: written;
            5: pushed_beyond;
            6: popped_beyond;
            _: rest;
        }
    }
    state after_push {
        headers.x.push_front(1);
        headers.io.r = headers.x.last.v;
        headers.io.s = (bit<8>) headers.x.lastIndex;
        transition rest;
    }
    state after_pop {
        headers.x.pop_front(1);
        headers.io.s = (bit<8>) headers.x.lastIndex;
        packet.extract(headers.x.next);
        headers.io.r = headers.x.last.v;
        transition rest;
    }
    state over {
        headers.x.push_front(1);
        packet.extract(headers.x.next);
        transition rest;
    }
    state copied {
        headers.y = headers.x;
        packet.extract(headers.y.next);
        headers.io.s = (bit<8>) headers.y.lastIndex;
        transition rest;
    }
    state written {
        headers.x.next.setValid();
        headers.x.next.v = 0x77;
        headers.io.s = (bit<8>) headers.x.lastIndex;
        transition rest;
    }
    state pushed_beyond {
        headers.x.push_front(5);
        headers.io.s = (bit<8>) headers.x.lastIndex;
        transition rest;
    }
    state popped_beyond {
        headers.x.pop_front(7);
        packet.extract(headers.x.next);
        headers.io.s = (bit<8>) headers.x.lastIndex;
        transition rest;
    }
    state rest {
        packet.extract(headers.pad);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        bit<8> i = headers.io.i;
        switch (headers.io.op) {
            0x10: { headers.x[i].v = 0x99; headers.io.r = headers.x[i].v; }
            0x11: { headers.x[i].setInvalid(); headers.io.r = headers.x[i].isValid() ? 8w1 : 0; }
            0x12: { headers.x[i].setValid(); headers.io.r = headers.x[i].v; }
            0x13: { headers.x[i] = { 0x42 }; }
            0x14: { cell_h h = headers.x[i]; headers.io.r = h.isValid() ? h.v : 0xff; }
            0x15: { headers.y = headers.x; headers.x[i] = headers.x[2]; headers.io.r = headers.y == headers.x ? 8w1 : 0; }
            0x16: { headers.x[2] = { 0x33 }; headers.x.push_front(2); }
            0x17: { headers.x[2] = { 0x33 }; headers.x.pop_front(3); }
            0x18: { headers.x.push_front(1); headers.x[0] = headers.x[1]; headers.x.pop_front(1); headers.x[i].v = headers.x[0].v + 1; }
        }
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
