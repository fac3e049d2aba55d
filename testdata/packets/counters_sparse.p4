// A sparse CounterArray has any index, and room for as many as it says: a new one counts nowhere when it is full. A dense one ends with its
// largest index.
#include <core.p4>
#include <ebpf_model.p4>

header frame_t { bit<48> dst; bit<16> unused; bit<32> index; bit<16> type; }
struct headers_t { frame_t frame; }

parser prs(packet_in packet, out headers_t h) { state start { packet.extract(h.frame); transition accept; } }

control pipe(inout headers_t h, out bool pass) {
    CounterArray(3, true) sparse;
    CounterArray(3, false) dense;
    apply {
        pass = true;
        sparse.increment(h.frame.index);
        sparse.add(h.frame.index, 0xffffffff);
        dense.add(h.frame.index, 2);
    }
}

ebpfFilter(prs(), pipe()) main;
