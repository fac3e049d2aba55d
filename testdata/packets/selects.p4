// select: values, masks, ranges, tuples, signed and bool keys, a key over 64 bits, default, no match, and which of two cases wins.
#include <xdp_model.p4>

header key_h {
    bit<4> kind;
    bit<4> small;
    int<8> signed;
    bit<13> odd;
    bool flag;
    bit<2> rest;
    bit<72> wide;
}
header result_h {
    bit<8> v;
}
struct headers_t {
    result_h result;
    key_h key;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.key);
        headers.result.setValid();
        transition select(headers.key.kind) {
            0: by_mask;
            1: by_range;
            2: by_tuple;
            3: by_sign;
            4: by_wide;
            5 .. 6: no_default;
            0b1000 &&& 0b1100: first;
            _: reject;
        }
    }
    state by_mask {
        transition select(headers.key.odd) {
            0x1000 &&& 0x1001: v1;
            0x0001 &&& 0x1001: v2;
            0x1001 &&& 0x1001: v3;
            default: v4;
        }
    }
    state by_range {
        transition select(headers.key.odd) {
            13w10 .. 13w20: v1;
            13w15 .. 13w30: v2;
            13w8191: v3;
            default: v4;
        }
    }
    state by_tuple {
        transition select(headers.key.small, headers.key.flag, headers.key.rest) {
            (1, true, _): v1;
            (1, false, 2 .. 3): v2;
            (0x8 &&& 0x8, _, 1): v3;
            default: v4;
        }
    }
    state by_sign {
        transition select(headers.key.signed) {
            -8s128 .. -8s100: v1;
            -8s1 .. 8s1: v2;
            8s127: v3;
            default: v4;
        }
    }
    state by_wide {
        transition select(headers.key.wide) {
            72w0x112233445566778899: v1;
            72w0xff0000000000000000 &&& 72w0xff00000000000000ff: v2;
            72w0 .. 72w0xffff: v3;
            default: v4;
        }
    }
    state no_default {
        transition select(headers.key.small) {
            3: v1;
            5: reject;
        }
    }
    state first {
        transition select(headers.key.small) {
            0 .. 7: v1;
            3: v2;
            _: v3;
        }
    }
    state v1 { headers.result.v = 1; transition accept; }
    state v2 { headers.result.v = 2; transition accept; }
    state v3 { headers.result.v = 3; transition accept; }
    state v4 { headers.result.v = 4; transition accept; }
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
