// What control planes are told of a filter for ebpf_model: tables, an action that data is bound to, counters.
#include <ebpf_model.p4>

header h_t { bit<32> dst; bit<16> port; }
struct headers_t { h_t h; }

parser Parser(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.h); transition accept; }
}

control Filter(inout headers_t hdr, out bool accept) {
    CounterArray(16, false) packets;
    bit<16> seen = 0;

    action choose(inout bit<16> last, bool taken) { accept = taken; last = hdr.h.port; packets.increment(1); }

    table by_address {
        key = { hdr.h.dst: exact; }
        actions = { choose(seen); NoAction; }
        const default_action = NoAction();
        implementation = hash_table(64);
    }
    table without_keys {
        actions = { choose(seen); }
        default_action = choose(seen, true);
    }

    apply { accept = false; by_address.apply(); without_keys.apply(); }
}

ebpfFilter(Parser(), Filter()) main;
