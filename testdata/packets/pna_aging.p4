// PNA as published: entries that the data plane adds, and that expire unless it starts their timers again.
#include <bmv2/pna.p4>

header op_h {
    bit<8> op;
    bit<8> key;
    bit<8> result;
}
struct headers_t { op_h op; }
struct empty_t { }
struct learned_t { bit<8> v; }

parser ParserImpl(packet_in pkt, out headers_t hdr, inout empty_t meta, in pna_main_parser_input_metadata_t istd) {
    state start {
        pkt.extract(hdr.op);
        transition accept;
    }
}

control MainImpl(inout headers_t hdr, inout empty_t meta, in pna_main_input_metadata_t istd,
                 inout pna_main_output_metadata_t ostd) {
    action known(bit<8> v) {
        hdr.op.result = v;
        if (hdr.op.op == 1) {
            restart_expire_timer();
        } else if (hdr.op.op == 2) {
            set_entry_expire_time((ExpireTimeProfileId_t) 2);
        }
    }
    action learn() {
        learned_t learned = { hdr.op.key + 1 };
        AddEntryErrorStatus_t status =
            add_entry_if(hdr.op.op != 9, "known", learned, (ExpireTimeProfileId_t) 1);
        hdr.op.result = status == ADD_ENTRY_SUCCESS ? 8w0xad : 0;
    }
    table flows {
        key = { hdr.op.key: exact; }
        actions = { @tableonly known; @defaultonly learn; }
        add_on_miss = true;
        pna_idle_timeout = PNA_IdleTimeout_t.AUTO_DELETE;
        const default_action = learn();
        size = 2;
    }
    apply {
        flows.apply();
        if (SelectByDirection(is_net_port(istd.input_port), true, false)) {
            send_to_port((PortId_t) 1);
        } else {
            send_to_port((PortId_t) 2);
        }
    }
}

control DeparserImpl(packet_out pkt, inout headers_t hdr, in empty_t meta, in pna_main_output_metadata_t ostd) {
    apply { pkt.emit(hdr.op); }
}

PNA_NIC(ParserImpl(), MainImpl(), DeparserImpl()) main;
