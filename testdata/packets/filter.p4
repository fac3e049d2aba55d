// A filter with a counter: the packet passes unchanged or not at all.
#include <ebpf_model.p4>

header ethernet_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
struct headers_t {
    ethernet_h ethernet;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x0800 .. 0x0806: accept;
            0x86dd: accept;
            default: reject;
        }
    }
}

control Flt(inout headers_t headers, out bool pass) {
    CounterArray(4, true) seen;
    action deny() { pass = false; }
    table macs {
        key = { headers.ethernet.src : exact; }
        actions = { deny; NoAction; }
        implementation = hash_table(64);
    }
    apply {
        pass = true;
        seen.increment(0);
        seen.add(1, 10);
        // Sparse: any index.
        seen.increment(9);
        macs.apply();
        headers.ethernet.dst = 0;
    }
}

ebpfFilter(Prs(), Flt()) main;
