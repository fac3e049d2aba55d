// Source routing: the sender says the way, as a stack of segments. A segment names a port of the switch that the packet is at, or a switch to go to.
// What names this switch is taken off, and the packet goes round: the next segment may name it again.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header segment_t {
    // Behind the last segment stands the type of what follows.
    bit<1> last;
    bit<15> id;
}
header type_t { bit<16> type; }

const bit<16> SOURCE_ROUTED = 0x88B5;

struct headers_t {
    ethernet_t ethernet;
    segment_t[8] segments;
    type_t inner;
}
struct meta_t { bit<1> here; }

parser parse(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            SOURCE_ROUTED: segment;
            default: accept;
        }
    }
    state segment {
        packet.extract(headers.segments.next);
        transition select(headers.segments.last.last) {
            0: segment;
            1: inner;
        }
    }
    state inner {
        packet.extract(headers.inner);
        transition accept;
    }
}

control nothing(inout headers_t headers, inout meta_t meta) { apply { } }

control route(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action pop() {
        // What is behind the last segment has a type of its own.
        if (headers.segments[0].last == 1) {
            headers.ethernet.type = headers.inner.type;
            headers.inner.setInvalid();
        }
        headers.segments.pop_front(1);
    }
    action leave(bit<9> port) {
        sm.egress_spec = port;
        pop();
    }
    action here() {
        meta.here = 1;
        pop();
    }
    action toward(bit<9> port) { sm.egress_spec = port; }
    action drop() { mark_to_drop(sm); }

    direct_counter(CounterType.packets) packets;
    table segments {
        key = { headers.segments[0].id: exact @name("id"); }
        actions = { leave; here; toward; drop; }
        default_action = drop();
        counters = packets;
    }

    apply {
        meta.here = 0;
        if (sm.parser_error != error.NoError || !headers.segments[0].isValid()) {
            mark_to_drop(sm);
        } else {
            segments.apply();
        }
    }
}

control turn(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (meta.here == 1) {
            recirculate_preserving_field_list(0);
        }
    }
}

control deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.ethernet);
        packet.emit(headers.segments);
        packet.emit(headers.inner);
    }
}

V1Switch(parse(), nothing(), route(), turn(), nothing(), deparse()) main;
