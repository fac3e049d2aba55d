// The ways of a packet through PNA: directions, sending, dropping, recirculation, mirroring with and without looping back,
// and entries that the data plane adds on a miss.
#include <pna.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> note;
}
struct headers_t { op_h op; }
struct meta_t { bit<8> seen; }
struct learned_t {
    bit<8> note;
    PortId_t port;
}

control PreImpl(in headers_t hdr, inout meta_t meta, in pna_pre_input_metadata_t istd,
                inout pna_pre_output_metadata_t ostd) {
    apply {
        // Sees what the parser found.
        if (hdr.op.op == 0) {
            meta.seen = 0x80;
        }
    }
}

parser ParserImpl(packet_in pkt, out headers_t hdr, inout meta_t meta, in pna_main_parser_input_metadata_t istd) {
    state start {
        pkt.extract(hdr.op);
        transition accept;
    }
}

control MainImpl(inout headers_t hdr, inout meta_t meta, in pna_main_input_metadata_t istd,
                 inout pna_main_output_metadata_t ostd) {
    Counter<bit<32>, bit<8>>(4, PNA_CounterType_t.PACKETS_AND_BYTES) counted;
    DirectCounter<bit<32>>(PNA_CounterType_t.PACKETS_AND_BYTES) hits;
    Meter<bit<8>>(4, PNA_MeterType_t.BYTES) metered;
    InternetChecksum() sum;

    action forward(bit<8> note, PortId_t port) {
        hits.count();
        hdr.op.note = note;
        send_to_port(port);
    }
    action learn() {
        learned_t learned = { 0x1e, istd.input_port };
        bool added = add_entry("forward", learned, (ExpireTimeProfileId_t) 0);
        hdr.op.note = added ? 8w0xad : 0;
        send_to_port((PortId_t) 3);
    }
    table connections {
        key = { hdr.op.key: exact; }
        actions = { @tableonly forward; @defaultonly learn; }
        add_on_miss = true;
        const default_action = learn();
        pna_direct_counter = hits;
        size = 2;
    }

    apply {
        if (istd.parser_error != error.NoError) {
            send_to_port((PortId_t) 9);
        } else if (hdr.op.op == 0) {
            hdr.op.note = SelectByDirection(istd.direction, 8w0x10, 8w0x20) | meta.seen;
            send_to_port((PortId_t) 2);
        } else if (hdr.op.op == 1) {
            send_to_port((PortId_t) 2);
            drop_packet();
        } else if (hdr.op.op == 2) {
            drop_packet();
            send_to_port((PortId_t) 2);
        } else if (hdr.op.op == 3) {
            // Three rounds; the last decision is another's.
            hdr.op.note = hdr.op.note + 1;
            if ((PassNumberUint_t) istd.pass < 2) {
                recirculate();
            } else {
                send_to_port((PortId_t) 2);
            }
        } else if (hdr.op.op == 4) {
            // A session for the host, one for the network; the slot's last session counts.
            mirror_packet((MirrorSlotId_t) 0, (MirrorSessionId_t) 7);
            mirror_packet((MirrorSlotId_t) 1, (MirrorSessionId_t) 7);
            mirror_packet((MirrorSlotId_t) 1, (MirrorSessionId_t) 8);
            hdr.op.note = 0x11;
            if (istd.loopedback) {
                hdr.op.op = 0x44;
                mirror_packet((MirrorSlotId_t) 0, (MirrorSessionId_t) 9);
                mirror_packet((MirrorSlotId_t) 1, (MirrorSessionId_t) 9);
            } else {
                send_to_port((PortId_t) 2);
            }
        } else if (hdr.op.op == 5) {
            connections.apply();
        } else if (hdr.op.op == 6) {
            counted.count(hdr.op.key);
            counted.count(hdr.op.key, 100);
            send_to_port((PortId_t) 0);
        } else if (hdr.op.op == 7) {
            hdr.op.note = metered.execute(hdr.op.key) == PNA_MeterColor_t.GREEN ? 8w6 : 8w8;
            send_to_port((PortId_t) 2);
        } else if (hdr.op.op == 8) {
            sum.add({ hdr.op.op, hdr.op.key });
            hdr.op.note = sum.get()[7:0];
            send_to_port((PortId_t) 2);
        }
    }
}

control DeparserImpl(packet_out pkt, in headers_t hdr, in meta_t meta, in pna_main_output_metadata_t ostd) {
    apply { pkt.emit(hdr.op); }
}

PNA_NIC(ParserImpl(), PreImpl(), MainImpl(), DeparserImpl()) main;
