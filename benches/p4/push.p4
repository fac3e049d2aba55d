#include "headers.p4"

header tag_t {
    bit<32> magic;
    bit<32> value;
}

struct tagged_t {
    tag_t tag;
}

parser parse_tag(packet_in packet, out tagged_t headers) {
    state start {
        transition select(packet.lookahead<bit<64>>()[63:32]) {
            0x50345850: tag;
            default: accept;
        }
    }
    state tag {
        packet.extract(headers.tag);
        transition accept;
    }
}

control push(inout tagged_t headers, in xdp_input input, out xdp_output output) {
    apply {
        if (headers.tag.isValid()) {
            headers.tag.setInvalid();
        } else {
            headers.tag.setValid();
            headers.tag.magic = 0x50345850;
            headers.tag.value = 42;
        }
        output.output_action = xdp_action.XDP_PASS;
        output.output_port = 0;
    }
}

control deparse_tag(in tagged_t headers, packet_out packet) {
    apply {
        packet.emit(headers.tag);
    }
}

xdp(parse_tag(), push(), deparse_tag()) main;
