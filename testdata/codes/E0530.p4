#include <core.p4>
#include <v1model.p4>
struct H {}
struct M { bit<32> at; bit<32> value; }
parser P(packet_in p, out H h, inout M m, inout standard_metadata_t s) { state start { m.at = 1; transition accept; } }
control C(inout H h, inout M m) { apply {} }
control I(inout H h, inout M m, inout standard_metadata_t s) {
    register<bit<32>>(16) last;
    meter(16, MeterType.packets) rate;
    apply {
        @atomic {
            rate.execute_meter(m.at, m.value);
            last.write(m.at, m.value);
        }
        @atomic {
            last.read(m.at, m.at);
            last.write(m.at, m.value);
        }
        @atomic {
            last.read(m.value, m.at);
            if (m.value == 7) { exit; }
            last.write(m.at, m.value + 1);
        }
        @atomic {
            last.read(m.value, m.at);
            last.write(m.at, m.value + 1);
        }
    }
}
control E(inout H h, inout M m, inout standard_metadata_t s) { apply {} }
control D(packet_out p, in H h) { apply {} }
V1Switch(P(), C(), I(), E(), C(), D()) main;
