// Parser errors and checksums in v1model: what fails in the parser or in the verification shows in the metadata, and the packet
// goes on; checksums are computed over headers, or over headers and the payload.
#include <v1model.p4>

error { Strange }

header kind_h {
    bit<8> kind;
    bit<8> note;
}
header sum_h {
    bit<16> a;
    bit<16> b;
    bit<16> sum;
}
header byte_h { bit<8> v; }
header options_h { varbit<16> v; }
struct headers_t {
    kind_h kind;
    sum_h sum;
    byte_h[2] bytes;
    options_h options;
}
struct meta_t { bit<1> unused; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.kind);
        transition select(headers.kind.kind) {
            0: accept;
            1 .. 2: sum;
            3: bytes;
            4: options;
            5: wrong;
            6: refused;
        }
    }
    state sum {
        packet.extract(headers.sum);
        transition accept;
    }
    state bytes {
        packet.extract(headers.bytes.next);
        transition bytes;
    }
    state options {
        packet.extract(headers.options, (bit<32>) headers.kind.note);
        transition accept;
    }
    state wrong {
        verify(headers.kind.note == 0, error.Strange);
        transition accept;
    }
    state refused {
        transition reject;
    }
}

control Vrf(inout headers_t headers, inout meta_t meta) {
    apply {
        verify_checksum(headers.sum.isValid() && headers.kind.kind == 1, { headers.sum.a, headers.sum.b }, headers.sum.sum, HashAlgorithm.csum16);
        verify_checksum_with_payload(headers.kind.kind == 2, { headers.sum.a, headers.sum.b }, headers.sum.sum,
                                     HashAlgorithm.csum16);
    }
}

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        if (sm.parser_error == error.PacketTooShort) {
            sm.egress_spec = 2;
        } else if (sm.parser_error == error.NoMatch) {
            sm.egress_spec = 3;
        } else if (sm.parser_error == error.StackOutOfBounds) {
            sm.egress_spec = 4;
        } else if (sm.parser_error == error.HeaderTooShort) {
            sm.egress_spec = 5;
        } else if (sm.parser_error == error.ParserInvalidArgument) {
            sm.egress_spec = 6;
        } else if (sm.parser_error == error.Strange) {
            sm.egress_spec = 7;
        }
        if (sm.checksum_error == 1) {
            sm.egress_spec = 8;
            headers.sum.a = headers.sum.a + 1;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }

control Cmp(inout headers_t headers, inout meta_t meta) {
    apply {
        update_checksum(headers.sum.isValid() && headers.kind.kind == 1, { headers.sum.a, headers.sum.b }, headers.sum.sum, HashAlgorithm.csum16);
        update_checksum_with_payload(headers.kind.kind == 2, { headers.sum.a, headers.sum.b }, headers.sum.sum,
                                     HashAlgorithm.csum16);
    }
}
control Dep(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.kind);
        packet.emit(headers.sum);
        packet.emit(headers.bytes);
        packet.emit(headers.options);
    }
}

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
