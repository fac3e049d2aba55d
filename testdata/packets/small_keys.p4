// Tables with so few keys that an array holds them: entries, default actions that are replaced, by ones with and without data.
#include <core.p4>
#include <xdp_model.p4>

header op_h {
    bit<8> op;
    bit<8> r;
    bit<16> s;
}
header pad_h {
    bit<80> rest;
}
struct headers_t {
    op_h op;
    pad_h pad;
}

parser prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.op);
        packet.extract(headers.pad);
        transition accept;
    }
}

control swtch(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action one() { headers.op.r = headers.op.r | 1; }
    action two() { headers.op.r = headers.op.r | 2; }
    action wide(bit<16> value) { headers.op.s = value; }
    table bytes {
        key = { headers.op.op: exact; }
        actions = { one; two; wide; }
        default_action = one();
    }
    table bits {
        key = { headers.op.op[3:0]: exact @name("low"); }
        actions = { one; two; }
    }
    apply {
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_TX;
        if (bytes.apply().hit) { headers.op.r = headers.op.r | 0x80; }
        switch (bits.apply().action_run) {
            one: { headers.op.r = headers.op.r | 0x10; }
            two: { headers.op.r = headers.op.r | 0x20; }
            default: { headers.op.r = headers.op.r | 0x40; }
        }
    }
}

control dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers); }
}

xdp(prs(), swtch(), dep()) main;
