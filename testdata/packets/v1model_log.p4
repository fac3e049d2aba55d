// Messages with values of all kinds: whole headers and stacks are their fields, wide numbers, signed ones, more values than places and fewer.
#include <core.p4>
#include <v1model.p4>

header ethernet_t { bit<48> dst; bit<48> src; bit<16> type; }
header item_t { bit<4> a; int<4> b; }
header wide_t { bit<128> id; bit<72> seventy_two; }

struct headers_t { ethernet_t ethernet; item_t[3] items; wide_t wide; }
struct metadata_t { bit<8> x; }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start {
        packet.extract(h.ethernet);
        packet.extract(h.items.next);
        packet.extract(h.items.next);
        packet.extract(h.wide);
        transition accept;
    }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        log_msg("p4log 1: nothing, 100% of it {}");
        log_msg("p4log 2: {} {} {}.", { h.ethernet });
        log_msg("p4log 3: {} {} {} {} {}.", { h.items, h.ethernet.type });
        log_msg("p4log 4: {}, {} and {}", { h.wide, h.ethernet.type });
        log_msg("p4log 5: {}", { h.ethernet.dst, h.ethernet.src });
        log_msg("p4log 6: {} {}", { m.x });
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) { apply { } }
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) { apply { packet.emit(h.ethernet); packet.emit(h.items); packet.emit(h.wide); } }
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
