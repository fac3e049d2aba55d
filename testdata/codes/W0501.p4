#include <core.p4>
#include <bmv2/pna.p4>
struct H {}
struct M { bit<8> a; }
parser P(packet_in p, out H h, inout M m, in pna_main_parser_input_metadata_t i) { state start { m.a = 1; transition accept; } }
control I(inout H h, inout M m, in pna_main_input_metadata_t i, inout pna_main_output_metadata_t o) {
    action hit() { restart_expire_timer(); }
    table t {
        key = { m.a: exact; }
        actions = { hit; NoAction; }
        pna_idle_timeout = PNA_IdleTimeout_t.AUTO_DELETE;
        default_action = NoAction;
    }
    apply { t.apply(); send_to_port((PortId_t) 1); }
}
control D(packet_out p, inout H h, in M m, in pna_main_output_metadata_t o) { apply {} }
PNA_NIC(P(), I(), D()) main;
