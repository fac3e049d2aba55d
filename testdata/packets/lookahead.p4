// lookahead of scalars, structs and headers, advance by a constant and by a value, sub-parsers; errors where the packet ends.
#include <xdp_model.p4>

header tag_h {
    bit<8> kind;
    bit<8> length;
}
header pair_h {
    bit<12> a;
    bit<20> b;
}
struct view_t {
    bit<3> x;
    bit<7> y;
    bit<14> z;
}
header result_h {
    bit<13> scalar;
    bit<3> x;
    bit<7> y;
    bit<14> z;
    bit<20> b;
    bit<7> padding;
}
struct headers_t {
    result_h result;
    tag_h tag;
    pair_h pair;
    pair_h second;
}

parser Pairs(packet_in packet, in bit<8> which, inout bit<20> seen, out pair_h pair) {
    state start {
        transition select(which) {
            0: none;
            default: one;
        }
    }
    state none {
        seen = seen + 1;
        transition accept;
    }
    state one {
        packet.extract(pair);
        seen = pair.b;
        transition accept;
    }
}

parser Prs(packet_in packet, out headers_t headers) {
    Pairs() pairs;
    state start {
        bit<8> kind = packet.lookahead<bit<8>>();
        transition select(kind) {
            0 .. 3: tagged;
            default: accept;
        }
    }
    state tagged {
        packet.extract(headers.tag);
        headers.result.setValid();
        headers.result.scalar = packet.lookahead<bit<13>>();
        view_t view = packet.lookahead<view_t>();
        headers.result.x = view.x;
        headers.result.y = view.y;
        headers.result.z = view.z;
        transition select(headers.tag.kind) {
            0: by_header;
            1: skip_constant;
            2: skip_value;
            3: checked;
        }
    }
    state by_header {
        pair_h ahead = packet.lookahead<pair_h>();
        headers.result.b = ahead.b;
        transition accept;
    }
    state skip_constant {
        packet.advance(16);
        transition parse_pairs;
    }
    state skip_value {
        packet.advance((bit<32>) headers.tag.length << 3);
        transition parse_pairs;
    }
    state checked {
        verify(headers.tag.length >= 2, error.HeaderTooShort);
        transition parse_pairs;
    }
    state parse_pairs {
        bit<20> seen = 5;
        pairs.apply(packet, headers.tag.length & 1, seen, headers.pair);
        pairs.apply(packet, headers.tag.length & 2, seen, headers.second);
        headers.result.b = seen;
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
