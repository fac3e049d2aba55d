// return, exit, loops, switch on a value, copy-out.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> x;
}
struct headers_t {
    io_h io;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition accept;
    }
}

control Inner(inout bit<8> x) {
    apply {
        x = x + 1;
        if (x == 0x10) {
            return;
        }
        if (x == 0x20) {
            exit;
        }
        x = x + 1;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    Inner() inner;
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        switch (headers.io.op) {
            0: { inner.apply(headers.io.x); headers.io.op = 0x80; }
            1: {
                bit<8> sum = 0;
                for (bit<8> i = 0; i < headers.io.x; i = i + 1) {
                    if (i == 2) {
                        continue;
                    }
                    if (i == 6) {
                        break;
                    }
                    sum = sum + i;
                }
                headers.io.x = sum;
            }
            2:
            3: { headers.io.x = 0x23; }
            default: { omd.output_action = xdp_action.XDP_DROP; }
        }
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.io);
    }
}

xdp(Prs(), Swt(), Dep()) main;
