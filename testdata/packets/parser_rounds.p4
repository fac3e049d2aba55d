// Parser loops that nothing bounds but the packet: a header that is extracted anew in each round, bytes that are skipped, and one loop in another.
#include <core.p4>
#include <v1model.p4>

header kind_h {
    bit<8> kind;
    bit<8> sum;
    bit<8> rounds;
    bit<8> error_seen;
}

header tag_h {
    bit<8> next;
    bit<24> value;
}

header last_h {
    bit<16> value;
}

struct headers_t {
    kind_h kind;
    tag_h tag;
    last_h last;
}

struct metadata_t {
    bit<8> left;
}

parser Prs(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.kind);
        hdr.kind.sum = 0;
        hdr.kind.rounds = 0;
        transition select(hdr.kind.kind) {
            1: tags;
            2: skipping;
            3: outer;
            default: last;
        }
    }

    // The header of the last round is what is left of them.
    state tags {
        packet.extract(hdr.tag);
        hdr.kind.sum = hdr.kind.sum + hdr.tag.value[7:0];
        hdr.kind.rounds = hdr.kind.rounds + 1;
        transition select(hdr.tag.next) {
            0: last;
            1: tags;
            2: accept;
            default: reject;
        }
    }

    state skipping {
        hdr.kind.rounds = hdr.kind.rounds + 1;
        transition select(packet.lookahead<bit<8>>()) {
            0xff: skipped;
            0x00: skip_two;
            default: skip_one;
        }
    }

    state skip_one {
        packet.advance(8);
        transition skipping;
    }

    state skip_two {
        packet.advance(16);
        transition skipping;
    }

    state skipped {
        packet.advance(8);
        transition last;
    }

    state outer {
        meta.left = packet.lookahead<bit<8>>();
        packet.advance(8);
        transition select(meta.left) {
            0: last;
            default: inner;
        }
    }

    state inner {
        hdr.kind.sum = hdr.kind.sum + packet.lookahead<bit<8>>();
        packet.advance(8);
        hdr.kind.rounds = hdr.kind.rounds + 1;
        meta.left = meta.left - 1;
        transition select(meta.left) {
            0: outer;
            default: inner;
        }
    }

    state last {
        packet.extract(hdr.last);
        transition accept;
    }
}

control Nothing(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control Ing(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (standard.parser_error == error.PacketTooShort) {
            hdr.kind.error_seen = 1;
        } else if (standard.parser_error == error.ParserTimeout) {
            hdr.kind.error_seen = 2;
        } else if (standard.parser_error != error.NoError) {
            hdr.kind.error_seen = 3;
        }
        if (hdr.tag.isValid()) {
            hdr.tag.value[23:16] = 0xaa;
        }
        if (hdr.last.isValid()) {
            hdr.last.value = hdr.last.value + 1;
        }
    }
}

control Egr(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard) {
    apply { }
}

control Dep(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr);
    }
}

V1Switch(Prs(), Nothing(), Ing(), Egr(), Nothing(), Dep()) main;
