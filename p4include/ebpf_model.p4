// Packet filter of the eBPF model: a parser, and a control that says whether the packet is accepted.
#ifndef _EBPF_MODEL_P4_
#define _EBPF_MODEL_P4_

#include <core.p4>

// Counters 0 to max_index. The data plane only counts up; the control plane reads and clears.
extern CounterArray {
    // sparse: most counters stay unused, so they are kept in a hash map and not in an array: max_index counters with any index, which appear
    // when they are first used. When there are as many, a new index counts nowhere.
    CounterArray(bit<32> max_index, bool sparse);
    void increment(in bit<32> index);
    void add(in bit<32> index, in bit<32> value);
}

// What a table is kept in: its property `implementation`. With an lpm key only the size counts, for then the map is
// a trie.
extern array_table {
    array_table(bit<32> size);
}
extern hash_table {
    hash_table(bit<32> size);
}

parser ebpf_parse<H>(packet_in packet, out H headers);
control ebpf_filter<H>(inout H headers, out bool accept);

package ebpfFilter<H>(ebpf_parse<H> prs, ebpf_filter<H> filt);

#endif
