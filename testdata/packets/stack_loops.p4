// Two stacks of 16 elements that a sub-parser fills in one loop, each round of which is a state with elements of its own; states behind it look at some:
// more than a parser carries in local variables.
#include <xdp_model.p4>

header io_h {
    bit<8> n;
    bit<8> seen;
    bit<16> sum;
}
header label_h {
    bit<7> kind;
    bit<1> bottom;
    bit<8> v;
}
header tag_h {
    bit<7> kind;
    bit<1> bottom;
    bit<24> v;
}
header pad_h {
    bit<80> rest;
}
struct found_t {
    label_h[16] labels;
    tag_h[16]   tags;
    tag_h       odd;
}
struct headers_t {
    io_h    io;
    found_t found;
    pad_h   pad;
}

parser Loop(packet_in packet, out found_t found, out bit<16> sum) {
    state start {
        sum = 0;
        transition more;
    }
    state more {
        transition select(packet.lookahead<bit<8>>()) {
            2 &&& 0xfe: label;
            4 &&& 0xfe: one_tag;
            6 &&& 0xfe: odd;
        }
    }
    state label {
        packet.extract(found.labels.next);
        sum = sum + (bit<16>) found.labels.last.v;
        transition select(found.labels.last.bottom) {
            0: more;
            1: done;
        }
    }
    state one_tag {
        packet.extract(found.tags.next);
        transition select(found.tags.last.bottom) {
            0: more;
            1: done;
        }
    }
    state odd {
        packet.extract(found.odd);
        transition done;
    }
    state done {
        transition select(
            found.labels[0].isValid(), found.tags[1].isValid(), found.labels[2].isValid(), found.labels[3].isValid(),
            found.tags[0].isValid(), found.tags[2].isValid(), found.tags[3].isValid()
        ) {
            (true, true, true, _, _, _, _): both;
            (true, _, true, false, _, _, _): third;
            (false, true, _, _, true, true, false): tags;
            _: accept;
        }
    }
    state tags {
        sum = 0x200;
        transition accept;
    }
    state both {
        transition select(found.labels[2].v) {
            7: reject;
            _: third;
        }
    }
    state third {
        transition select(found.labels[2].v) {
            9: nine;
            _: accept;
        }
    }
    state nine {
        sum = sum + 0x100;
        found.labels[2].v = 8;
        transition accept;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    Loop() loop;
    state start {
        packet.extract(headers.io);
        loop.apply(packet, headers.found, headers.io.sum);
        packet.extract(headers.pad);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        headers.io.seen = (bit<1>) headers.found.labels[0].isValid() ++ (bit<1>) headers.found.labels[1].isValid()
            ++ (bit<1>) headers.found.labels[15].isValid() ++ (bit<1>) headers.found.tags[0].isValid()
            ++ (bit<1>) headers.found.tags[1].isValid() ++ (bit<1>) headers.found.tags[15].isValid()
            ++ (bit<1>) headers.found.odd.isValid() ++ 1w0;
        headers.found.labels[15].v = headers.found.labels[15].v + 1;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
