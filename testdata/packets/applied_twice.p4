// A control that is applied twice with one variable. Where a later argument writes to that variable, the control has the value from before
// (section "Calling convention": arguments are evaluated from left to right).
#include <core.p4>
#include <xdp_model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}

header values_t {
    bit<8> a;
    bit<8> b;
}

struct headers_t {
    ethernet_t ethernet;
    values_t   values;
}

parser parse_values(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        packet.extract(headers.values);
        transition accept;
    }
}

bit<8> next(inout headers_t headers) {
    headers.values.a = headers.values.a + 1;
    return 2 * headers.values.a;
}

control add(inout headers_t headers, in bit<8> y) {
    apply { headers.values.a = headers.values.a + y; }
}

control calls(inout headers_t headers, in xdp_input input, out xdp_output output) {
    add() adder;

    apply {
        output.output_port = input.input_port;
        output.output_action = xdp_action.XDP_TX;
        adder.apply(headers, headers.values.b);
        adder.apply(headers, next(headers));
    }
}

control deparse(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.values);
    }
}

xdp(parse_values(), calls(), deparse()) main;
