// Stacks: next, last, lastIndex, overflow in the parser, push_front, pop_front, indices out of range.
#include <xdp_model.p4>

header mode_h {
    bit<8> mode;
}
header label_h {
    bit<7> value;
    bit<1> bottom;
}
header seen_h {
    bit<8> last;
    bit<8> last_index;
    bit<8> out_of_range;
}
struct headers_t {
    mode_h mode;
    seen_h seen;
    label_h[3] labels;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.mode);
        transition labels;
    }
    state labels {
        packet.extract(headers.labels.next);
        transition select(headers.labels.last.bottom) {
            1: done;
            default: labels;
        }
    }
    state done {
        headers.seen.setValid();
        headers.seen.last = (bit<8>) headers.labels.last.value;
        headers.seen.last_index = (bit<8>) headers.labels.lastIndex;
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        bit<32> index = (bit<32>) headers.mode.mode;
        if (headers.labels[index].isValid()) {
            headers.seen.out_of_range = (bit<8>) headers.labels[index].value;
        } else {
            headers.seen.out_of_range = 0xff;
        }
        if (headers.mode.mode == 1) {
            headers.labels.push_front(1);
            headers.labels[0].setValid();
            headers.labels[0].value = 0x55;
            headers.labels[0].bottom = 0;
        } else if (headers.mode.mode == 2) {
            headers.labels.pop_front(2);
        }
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.mode);
        packet.emit(headers.seen);
        packet.emit(headers.labels);
    }
}

xdp(Prs(), Swt(), Dep()) main;
