// The externs of xdp_ext.p4 in a program of v1model; what they tell a device knows, which is nothing here.
#include <core.p4>
#include <v1model.p4>
#include <xdp_ext.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header known_t { bit<32> hash; bit<64> timestamp; bit<16> tpid; bit<16> tci; bit<8> tagged; bit<8> clock; }

struct headers_t { ethernet_t ethernet; known_t known; }
struct metadata_t { bit<16> tpid; bit<16> tci; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.ethernet); packet.extract(h.known); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        m.tpid = 1;
        m.tci = 2;
        bool tagged = xdp_rx_vlan_tag(m.tpid, m.tci);
        h.known = { xdp_rx_hash(h.known.hash), xdp_rx_timestamp(5), m.tpid, m.tci, (bit<8>)(bit<1>)tagged, (bit<8>)(bit<1>)(xdp_ktime_ns() == 1) };
        sm.egress_spec = 1;
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ethernet); packet.emit(h.known); } }

V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
