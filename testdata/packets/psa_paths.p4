// The ways of a packet through PSA: normal from a port and from the CPU, resubmitted, recirculated, unicast, multicast, cloned
// from ingress and from egress, and the metadata that goes with each.
#include <psa.p4>

header op_h {
    bit<8> op;
    bit<8> path;        // path of ingress in the high half, of egress in the low one
    bit<8> note;
}
struct headers_t { op_h op; }
struct meta_t {
    bit<8> ingress_path;
    bit<8> carried;
}
struct carried_t { bit<8> note; }

// An enum is no number.
bit<8> number(in PSA_PacketPath_t path) {
    bit<8> result = 0xf;
    if (path == PSA_PacketPath_t.NORMAL) {
        result = 1;
    } else if (path == PSA_PacketPath_t.NORMAL_UNICAST) {
        result = 2;
    } else if (path == PSA_PacketPath_t.NORMAL_MULTICAST) {
        result = 3;
    } else if (path == PSA_PacketPath_t.CLONE_I2E) {
        result = 4;
    } else if (path == PSA_PacketPath_t.CLONE_E2E) {
        result = 5;
    } else if (path == PSA_PacketPath_t.RESUBMIT) {
        result = 6;
    } else if (path == PSA_PacketPath_t.RECIRCULATE) {
        result = 7;
    }
    return result;
}

parser IngressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta,
                         in psa_ingress_parser_input_metadata_t istd, in carried_t resubmit_meta,
                         in carried_t recirculate_meta) {
    state start {
        buffer.extract(hdr.op);
        transition select(istd.packet_path) {
            PSA_PacketPath_t.RESUBMIT: resubmitted;
            PSA_PacketPath_t.RECIRCULATE: recirculated;
            default: accept;
        }
    }
    state resubmitted {
        meta.carried = resubmit_meta.note;
        transition accept;
    }
    state recirculated {
        meta.carried = recirculate_meta.note;
        transition accept;
    }
}

control IngressImpl(inout headers_t hdr, inout meta_t meta, in psa_ingress_input_metadata_t istd,
                    inout psa_ingress_output_metadata_t ostd) {
    apply {
        meta.ingress_path = number(istd.packet_path);
        hdr.op.path = hdr.op.path | meta.ingress_path << 4;
        hdr.op.note = hdr.op.note + meta.carried;
        if (istd.ingress_port == PSA_PORT_CPU) {
            hdr.op.note = 0xcc;
        }
        if (istd.parser_error != error.NoError) {
            // As at the beginning: dropped.
        } else if (hdr.op.op == 1) {
            send_to_port(ostd, (PortId_t) 2);
            ingress_drop(ostd);
        } else if (hdr.op.op == 2) {
            multicast(ostd, (MulticastGroup_t) 5);
        } else if (hdr.op.op == 3) {
            ostd.clone = true;
            ostd.clone_session_id = (CloneSessionId_t) 7;
            send_to_port(ostd, (PortId_t) 2);
        } else if (hdr.op.op == 4 && istd.packet_path != PSA_PacketPath_t.RESUBMIT) {
            ostd.resubmit = true;
            ostd.drop = false;
        } else if (hdr.op.op == 5 && istd.packet_path != PSA_PacketPath_t.RECIRCULATE) {
            send_to_port(ostd, PSA_PORT_RECIRCULATE);
        } else if (hdr.op.op == 8) {
            // A clone of a dropped packet.
            ostd.clone = true;
            ostd.clone_session_id = (CloneSessionId_t) 8;
        } else if (hdr.op.op == 9) {
            send_to_port(ostd, PSA_PORT_CPU);
        } else if (hdr.op.op == 10) {
            ostd.class_of_service = (ClassOfService_t) 5;
            ostd.clone = true;
            ostd.clone_session_id = PSA_CLONE_SESSION_TO_CPU;
            send_to_port(ostd, (PortId_t) 2);
        } else if (hdr.op.op == 11) {
            ostd.class_of_service = (ClassOfService_t) 5;
            ostd.clone = true;
            ostd.clone_session_id = (CloneSessionId_t) 9;
            send_to_port(ostd, (PortId_t) 2);
        } else if (hdr.op.op == 12) {
            // Resubmission goes before multicast, and dropping before both.
            ostd.resubmit = istd.packet_path != PSA_PacketPath_t.RESUBMIT;
            multicast(ostd, (MulticastGroup_t) 5);
            if (hdr.op.note == 0xd0) {
                ingress_drop(ostd);
            }
        } else if (hdr.op.op == 13) {
            // Multicast goes before a port; a copy for the recirculation port goes round, another one does not.
            send_to_port(ostd, (PortId_t) 2);
            if (istd.packet_path != PSA_PacketPath_t.RECIRCULATE) {
                ostd.multicast_group = (MulticastGroup_t) 6;
            }
        } else {
            send_to_port(ostd, (PortId_t) 2);
        }
    }
}

control IngressDeparserImpl(packet_out buffer, out carried_t clone_i2e_meta, out carried_t resubmit_meta,
                            out carried_t normal_meta, inout headers_t hdr, in meta_t meta,
                            in psa_ingress_output_metadata_t istd) {
    apply {
        if (psa_clone_i2e(istd)) {
            clone_i2e_meta.note = 0x30;
        }
        if (psa_resubmit(istd)) {
            resubmit_meta.note = 0x40;
        }
        if (psa_normal(istd)) {
            normal_meta.note = 0x02;
        }
        buffer.emit(hdr.op);
    }
}

parser EgressParserImpl(packet_in buffer, out headers_t hdr, inout meta_t meta,
                        in psa_egress_parser_input_metadata_t istd, in carried_t normal_meta,
                        in carried_t clone_i2e_meta, in carried_t clone_e2e_meta) {
    state start {
        buffer.extract(hdr.op);
        transition select(istd.packet_path) {
            PSA_PacketPath_t.CLONE_I2E: from_ingress;
            PSA_PacketPath_t.CLONE_E2E: from_egress;
            default: normal;
        }
    }
    state from_ingress {
        meta.carried = clone_i2e_meta.note;
        transition accept;
    }
    state from_egress {
        meta.carried = clone_e2e_meta.note;
        transition accept;
    }
    state normal {
        meta.carried = normal_meta.note;
        transition accept;
    }
}

control EgressImpl(inout headers_t hdr, inout meta_t meta, in psa_egress_input_metadata_t istd,
                   inout psa_egress_output_metadata_t ostd) {
    apply {
        hdr.op.path = hdr.op.path & 0xf0 | number(istd.packet_path);
        hdr.op.note = hdr.op.note + meta.carried;
        if (hdr.op.op == 10 || hdr.op.op == 11 || hdr.op.op == 14) {
            hdr.op.note = (bit<8>) (ClassOfServiceUint_t) istd.class_of_service;
        }
        if (istd.parser_error != error.NoError) {
            egress_drop(ostd);
        }
        if (hdr.op.op == 14 && istd.packet_path != PSA_PacketPath_t.CLONE_E2E) {
            // A clone of what is dropped.
            ostd.clone = true;
            ostd.clone_session_id = (CloneSessionId_t) 9;
            egress_drop(ostd);
        }
        if (hdr.op.op == 2 || hdr.op.op == 8) {
            hdr.op.note = (bit<8>) (EgressInstanceUint_t) istd.instance;
        }
        if (hdr.op.op == 6 && istd.packet_path != PSA_PacketPath_t.CLONE_E2E) {
            ostd.clone = true;
            ostd.clone_session_id = (CloneSessionId_t) 7;
        } else if (hdr.op.op == 7) {
            egress_drop(ostd);
        }
    }
}

control EgressDeparserImpl(packet_out buffer, out carried_t clone_e2e_meta, out carried_t recirculate_meta,
                           inout headers_t hdr, in meta_t meta, in psa_egress_output_metadata_t istd,
                           in psa_egress_deparser_input_metadata_t edstd) {
    apply {
        if (istd.clone) {
            clone_e2e_meta.note = 0x60;
        }
        if (psa_recirculate(istd, edstd)) {
            recirculate_meta.note = 0x50;
        }
        buffer.emit(hdr.op);
    }
}

IngressPipeline(IngressParserImpl(), IngressImpl(), IngressDeparserImpl()) ip;
EgressPipeline(EgressParserImpl(), EgressImpl(), EgressDeparserImpl()) ep;
PSA_Switch(ip, PacketReplicationEngine(), ep, BufferingQueueingEngine()) main;
