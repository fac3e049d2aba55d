// Packets with clones of two sessions: of ingress and of egress, of two rounds, of one session twice. Each clone is what the packet was when it was
// cloned, whatever became of it since; a third is lost.
#include <core.p4>
#include <psa.p4>

header ask_t {
    bit<48> dst;
    bit<48> src;
    bit<16> mark;
    bit<8>  flags;
    bit<8>  stages;
}
header body_t { bit<32> bytes; }

struct headers_t { ask_t ask; body_t body; }
struct metadata_t { }
struct carried_t { bit<8> stages; }
struct empty_t { }

const bit<8> I2E = 1;
const bit<8> E2E = 2;
const bit<8> RECIRCULATE = 4;
const bit<8> I2E_AGAIN = 8;
const bit<8> MULTICAST = 16;
const bit<8> DROP = 32;
const bit<8> E2E_AGAIN = 64;

parser InParse(packet_in packet, out headers_t h, inout metadata_t m, in psa_ingress_parser_input_metadata_t i,
               in empty_t resubmitted, in empty_t recirculated) {
    state start {
        packet.extract(h.ask);
        transition select(i.packet_path) {
            PSA_PacketPath_t.RECIRCULATE: again;
            default: accept;
        }
    }
    // What has gone round loses four bytes.
    state again { packet.extract(h.body); transition accept; }
}

control In(inout headers_t h, inout metadata_t m, in psa_ingress_input_metadata_t i, inout psa_ingress_output_metadata_t o) {
    apply {
        bool again = i.packet_path == PSA_PacketPath_t.RECIRCULATE;
        h.ask.stages = h.ask.stages + 1;
        send_to_port(o, (PortId_t) 4);
        if (h.ask.flags & MULTICAST != 0) { multicast(o, (MulticastGroup_t) 1); }
        if (!again && h.ask.flags & RECIRCULATE != 0) { send_to_port(o, PSA_PORT_RECIRCULATE); }
        if (!again && h.ask.flags & I2E != 0) {
            o.clone = true;
            o.clone_session_id = (CloneSessionId_t) 1;
        }
        if (again && h.ask.flags & I2E_AGAIN != 0) {
            o.clone = true;
            o.clone_session_id = (CloneSessionId_t) 1;
        }
    }
}

control InDeparse(packet_out packet, out carried_t cloned, out empty_t resubmitted, out empty_t normal, inout headers_t h,
                  in metadata_t m, in psa_ingress_output_metadata_t o) {
    apply {
        if (psa_clone_i2e(o)) { cloned.stages = h.ask.stages; }
        packet.emit(h.ask);
    }
}

parser OutParse(packet_in packet, out headers_t h, inout metadata_t m, in psa_egress_parser_input_metadata_t i,
                in empty_t normal, in carried_t cloned, in carried_t cloned_e2e) {
    state start {
        packet.extract(h.ask);
        transition select(i.packet_path) {
            PSA_PacketPath_t.CLONE_I2E: of_ingress;
            PSA_PacketPath_t.CLONE_E2E: of_egress;
            default: further;
        }
    }
    state of_ingress { h.ask.mark = 0xa000 | (bit<16>) cloned.stages; transition accept; }
    state of_egress { h.ask.mark = 0xe000 | (bit<16>) cloned_e2e.stages; transition accept; }
    // Further than ingress parses.
    state further { packet.extract(h.body); transition accept; }
}

control Out(inout headers_t h, inout metadata_t m, in psa_egress_input_metadata_t i, inout psa_egress_output_metadata_t o) {
    apply {
        h.ask.src = (bit<48>) (bit<32>) i.egress_port;
        if (h.body.isValid()) { h.body.bytes = h.body.bytes + 1; }
        if (i.packet_path == PSA_PacketPath_t.NORMAL_UNICAST) {
            h.ask.stages = h.ask.stages + 16;
            bool again = h.ask.stages > 32;
            if (h.ask.flags & (again ? E2E_AGAIN : E2E) != 0) {
                o.clone = true;
                o.clone_session_id = again ? (CloneSessionId_t) 3 : (CloneSessionId_t) 2;
            }
            if (h.ask.flags & DROP != 0) { egress_drop(o); }
        }
    }
}

control OutDeparse(packet_out packet, out carried_t cloned, out empty_t recirculated, inout headers_t h, in metadata_t m,
                   in psa_egress_output_metadata_t o, in psa_egress_deparser_input_metadata_t d) {
    apply {
        if (psa_clone_e2e(o)) { cloned.stages = h.ask.stages; }
        packet.emit(h.ask);
        packet.emit(h.body);
    }
}

PSA_Switch(IngressPipeline(InParse(), In(), InDeparse()), PacketReplicationEngine(),
           EgressPipeline(OutParse(), Out(), OutDeparse()), BufferingQueueingEngine()) main;
