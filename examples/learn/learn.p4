// A switch that learns: which address is behind which port, it tells its control plane by digests, and packets to addresses that nobody knows go
// to all ports but the one that they came by.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
struct headers_t {
    ethernet_t ethernet;
}
struct meta_t { }

// What a message says.
struct station_t {
    bit<48> address;
    bit<9> port;
}

// The multicast group of all ports; the receiver of messages.
const bit<16> ALL = 1;
const bit<32> CONTROL = 1;

// What `packets` counts, by index.
const bit<32> FORWARDED = 0;
const bit<32> FLOODED = 1;

parser parse(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.ethernet);
        transition accept;
    }
}

control nothing(inout headers_t headers, inout meta_t meta) { apply { } }

control learning(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(2, CounterType.packets) packets;

    action known() { }
    action learn() {
        digest<station_t>(CONTROL, { headers.ethernet.src, sm.ingress_port });
    }
    // Who is where. A station that has moved to another port is learned again. One that is silent for long is told of, and forgotten.
    table sources {
        key = {
            headers.ethernet.src: exact @name("src");
            sm.ingress_port: exact @name("port");
        }
        actions = { known; learn; }
        default_action = learn();
        support_timeout = true;
        size = 4096;
    }

    action forward(bit<9> port) {
        sm.egress_spec = port;
        packets.count(FORWARDED);
    }
    action flood() {
        sm.mcast_grp = ALL;
        packets.count(FLOODED);
    }
    table destinations {
        key = { headers.ethernet.dst: exact @name("dst"); }
        actions = { forward; flood; }
        default_action = flood();
        size = 4096;
    }

    apply {
        sources.apply();
        destinations.apply();
    }
}

control pruning(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    counter(1, CounterType.packets) pruned;

    apply {
        // Nothing goes back where it came from, neither a copy nor a packet to a neighbour on the same port.
        if (sm.egress_port == sm.ingress_port) {
            pruned.count(0);
            mark_to_drop(sm);
        }
    }
}

control deparse(packet_out packet, in headers_t headers) {
    apply { packet.emit(headers.ethernet); }
}

V1Switch(parse(), nothing(), learning(), pruning(), nothing(), deparse()) main;
