// Options like those of TCP, which a sub-parser with `out` parameters puts into a stack of ten unions: too many for a parser to carry all of them in local
// variables. A sub-parser that rejects has copied nothing out.
#include <core.p4>
#include <v1model.p4>

header base_h {
    bit<8>  left;
    bit<8>  seen;
    bit<8>  error_;
    bit<8>  sum;
    bit<80> rest;
}
header end_h {
    bit<8> kind;
}
header nop_h {
    bit<8> kind;
}
header mss_h {
    bit<8>  kind;
    bit<32> size;
}
header scale_h {
    bit<8>  kind;
    bit<24> scale;
}
header sack_h {
    bit<8>      kind;
    bit<8>      length;
    varbit<256> sack;
}
header padding_h {
    varbit<256> padding;
}
header_union option_t {
    end_h   end;
    nop_h   nop;
    mss_h   mss;
    scale_h scale;
    sack_h  sack;
}
typedef option_t[10] options_t;
struct headers {
    base_h    base;
    options_t options;
    padding_h padding;
}
struct metadata {}

error {
    OptionTooLong,
    BadOption
}

parser Options(packet_in packet, in bit<8> bytes, out options_t options, out padding_h padding) {
    bit<8> left;
    state start {
        verify(bytes <= 40, error.OptionTooLong);
        left = bytes;
        transition next;
    }
    state next {
        transition select(left) {
            0: accept;
            _: option;
        }
    }
    state option {
        transition select(packet.lookahead<bit<8>>()) {
            0: end;
            1: nop;
            2: mss;
            3: scale;
            5: sack;
            9: reject;
        }
    }
    state end {
        packet.extract(options.next.end);
        left = left - 1;
        packet.extract(padding, (bit<32>) left * 8);
        transition accept;
    }
    state nop {
        packet.extract(options.next.nop);
        left = left - 1;
        transition next;
    }
    state mss {
        verify(left >= 5, error.OptionTooLong);
        packet.extract(options.next.mss);
        left = left - 5;
        transition next;
    }
    state scale {
        verify(left >= 4, error.OptionTooLong);
        packet.extract(options.next.scale);
        left = left - 4;
        transition next;
    }
    state sack {
        bit<8> length = packet.lookahead<bit<16>>()[7:0];
        verify(length >= 2, error.BadOption);
        verify(left >= length, error.OptionTooLong);
        packet.extract(options.next.sack, (bit<32>) (length - 2) * 8);
        left = left - length;
        transition next;
    }
}

parser MyParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t std) {
    Options() options;
    state start {
        packet.extract(hdr.base);
        options.apply(packet, hdr.base.left, hdr.options, hdr.padding);
        transition accept;
    }
}

control MyVerifyChecksum(inout headers hdr, inout metadata meta) {
    apply {}
}

control MyIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t std) {
    apply {
        std.egress_spec = std.ingress_port;
        hdr.base.seen = (bit<1>) hdr.options[0].end.isValid() ++ (bit<1>) hdr.options[0].nop.isValid()
            ++ (bit<1>) hdr.options[0].mss.isValid() ++ (bit<1>) hdr.options[1].mss.isValid()
            ++ (bit<1>) hdr.options[1].sack.isValid() ++ (bit<1>) hdr.options[9].nop.isValid()
            ++ (bit<1>) hdr.options[9].end.isValid() ++ (bit<1>) hdr.padding.isValid();
        if (std.parser_error == error.PacketTooShort) {
            hdr.base.error_ = 1;
        } else if (std.parser_error == error.StackOutOfBounds) {
            hdr.base.error_ = 2;
        } else if (std.parser_error == error.OptionTooLong) {
            hdr.base.error_ = 3;
        } else if (std.parser_error == error.BadOption) {
            hdr.base.error_ = 4;
        } else if (std.parser_error == error.NoMatch) {
            hdr.base.error_ = 5;
        } else if (std.parser_error == error.HeaderTooShort) {
            hdr.base.error_ = 6;
        }
        if (hdr.options[0].mss.isValid()) {
            hdr.base.sum = hdr.options[0].mss.size[7:0];
        }
        if (hdr.options[9].scale.isValid()) {
            hdr.base.sum = hdr.base.sum + hdr.options[9].scale.scale[7:0];
            hdr.options[9].scale.scale = 0x123456;
        }
    }
}

control MyEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t std) {
    apply {}
}

control MyComputeChecksum(inout headers hdr, inout metadata meta) {
    apply {}
}

control MyDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.base);
        packet.emit(hdr.options);
        packet.emit(hdr.padding);
    }
}

V1Switch(MyParser(), MyVerifyChecksum(), MyIngress(), MyEgress(), MyComputeChecksum(), MyDeparser()) main;
