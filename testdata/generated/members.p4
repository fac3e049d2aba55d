// Entries that name members of a selector, or groups of which a hash chooses one; two tables share the members. One of them has a direct counter.
#include <v1model.p4>
header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header ipv4_t {
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> csum; bit<32> src; bit<32> dst;
}
struct headers_t { ethernet_t ethernet; ipv4_t ipv4; }
struct meta_t { }
parser Parse(packet_in packet, out headers_t h, inout meta_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        transition select(h.ethernet.type) { 0x800: ipv4; default: accept; }
    }
    state ipv4 { packet.extract(h.ipv4); transition accept; }
}
control Check(inout headers_t h, inout meta_t m) { apply { } }
control Route(inout headers_t h, inout meta_t m, inout standard_metadata_t sm) {
    @max_group_size(16) action_selector(HashAlgorithm.crc32, 64, 14) ecmp;
    direct_counter(CounterType.packets) routed;
    action drop() { mark_to_drop(sm); }
    action forward(bit<9> port, bit<48> mac) { sm.egress_spec = port; h.ethernet.dst = mac; }
    table routes {
        key = { h.ipv4.dst: lpm; h.ipv4.src: selector; h.ipv4.protocol: selector; }
        actions = { drop; forward; }
        implementation = ecmp;
        counters = routed;
        const default_action = drop();
        size = 512;
    }
    table stations {
        key = { h.ethernet.dst: exact; h.ethernet.src: selector; h.ipv4.src: selector; }
        actions = { drop; forward; NoAction; }
        implementation = ecmp;
        default_action = NoAction();
    }
    apply {
        if (h.ipv4.isValid()) { routes.apply(); } else { stations.apply(); }
    }
}
control Leave(inout headers_t h, inout meta_t m, inout standard_metadata_t sm) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ethernet); packet.emit(h.ipv4); } }
V1Switch(Parse(), Check(), Route(), Leave(), Check(), Deparse()) main;
