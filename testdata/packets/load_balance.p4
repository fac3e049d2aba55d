// Names that C or the file take already: a table called as the program, and tables whose names begin as the prelude's functions do.
#include <core.p4>
#include <xdp_model.p4>

header op_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
struct headers_t {
    op_h op;
}

parser prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}

control swtch(inout headers_t headers, in xdp_input input, out xdp_output output) {
    action set_type(bit<16> type) { headers.op.type = type; }
    table load_balance {
        key = { headers.op.dst: exact; }
        actions = { set_type; NoAction; }
        default_action = NoAction();
    }
    table load_balance_ {
        key = { headers.op.src: exact; }
        actions = { set_type; NoAction; }
        default_action = NoAction();
    }
    table int_table {
        actions = { set_type; NoAction; }
        default_action = NoAction();
    }
    apply {
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_TX;
        if (!load_balance.apply().hit && !load_balance_.apply().hit) {
            int_table.apply();
        }
    }
}

control dep(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers.op); }
}

xdp(prs(), swtch(), dep()) main;
