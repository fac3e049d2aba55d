// What P4Runtime's entities are about, all of it in one program: routes by a selector, an access list with counters and meters, stations that are learned and that
// grow old, copies, clones, a register, a parser's value set, and packets from and to controllers.
#include <core.p4>
#include <v1model.p4>

const bit<9> CPU = 255;

@controller_header("packet_in")
header packet_in_t {
    bit<9> ingress_port;
    bit<7> reason;
}
@controller_header("packet_out")
header packet_out_t {
    bit<9> egress_port;
    bit<7> padding;
}
header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
}
header probe_t {
    bit<32> address;
    bit<8> flow;
    bit<8> kind;
}
struct headers_t {
    packet_in_t packet_in;
    packet_out_t packet_out;
    ethernet_t ethernet;
    probe_t probe;
}
struct meta_t {
    @field_list(1)
    bit<9> from;
}

// What a message says.
struct station_t {
    bit<48> address;
    bit<9> port;
}

parser parse(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    value_set<bit<16>>(4) probes;

    state start {
        transition select(sm.ingress_port) {
            CPU: ordered;
            default: frame;
        }
    }
    state ordered {
        packet.extract(headers.packet_out);
        transition frame;
    }
    state frame {
        packet.extract(headers.ethernet);
        transition select(headers.ethernet.type) {
            0x1234: probe;
            probes: probe;
            default: accept;
        }
    }
    state probe {
        packet.extract(headers.probe);
        transition accept;
    }
}

control nothing(inout headers_t headers, inout meta_t meta) { apply { } }

control ingress(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    action_selector(HashAlgorithm.crc16, 32, 16) paths;
    direct_counter(CounterType.packets_and_bytes) routed;
    counter(16, CounterType.packets_and_bytes) kinds;
    direct_counter(CounterType.packets) listed;
    direct_meter<bit<2>>(MeterType.packets) limits;
    meter(8, MeterType.packets) flows;
    register<bit<32>>(8) last;
    bit<2> colour = 0;
    bit<2> flow_colour = 0;

    action known() { }
    action learn() {
        digest<station_t>(1, { headers.ethernet.src, sm.ingress_port });
    }
    table stations {
        key = { headers.ethernet.src: exact @name("src"); }
        actions = { known; learn; }
        default_action = learn();
        support_timeout = true;
        size = 1024;
    }

    action send(bit<9> port) { sm.egress_spec = port; }
    action drop() { mark_to_drop(sm); }
    table routes {
        key = {
            headers.probe.address: lpm @name("address");
            headers.probe.flow: selector @name("flow");
        }
        actions = { send; drop; }
        implementation = paths;
        counters = routed;
        size = 256;
    }

    action deny() {
        limits.read(colour);
        mark_to_drop(sm);
    }
    action allow() { limits.read(colour); }
    action to_controller() {
        limits.read(colour);
        sm.egress_spec = CPU;
    }
    action replicate(bit<16> group) {
        limits.read(colour);
        sm.mcast_grp = group;
    }
    action mirror(bit<32> session) {
        limits.read(colour);
        clone_preserving_field_list(CloneType.I2E, session, 1);
    }
    table access {
        key = {
            headers.probe.address: ternary @name("address");
            headers.probe.flow: range @name("flow");
            headers.probe.kind: optional @name("kind");
        }
        actions = { deny; allow; to_controller; replicate; mirror; @defaultonly NoAction; }
        default_action = NoAction();
        counters = listed;
        meters = limits;
        size = 128;
    }

    apply {
        meta.from = sm.ingress_port;
        if (headers.packet_out.isValid()) {
            sm.egress_spec = headers.packet_out.egress_port;
            headers.packet_out.setInvalid();
        } else {
            stations.apply();
            if (headers.probe.isValid()) {
                kinds.count((bit<32>) headers.probe.kind);
                last.write((bit<32>) headers.probe.kind, headers.probe.address);
                flows.execute_meter((bit<32>) headers.probe.flow, flow_colour);
                routes.apply();
                access.apply();
                if (colour == 2 || flow_colour == 2) {
                    mark_to_drop(sm);
                }
            } else {
                mark_to_drop(sm);
            }
        }
    }
}

control egress(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        if (sm.egress_port == CPU) {
            headers.packet_in.setValid();
            headers.packet_in.ingress_port = meta.from;
            headers.packet_in.reason = (bit<7>) sm.instance_type;
        }
    }
}

control deparse(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers.packet_in);
        packet.emit(headers.ethernet);
        packet.emit(headers.probe);
    }
}

V1Switch(parse(), nothing(), ingress(), egress(), nothing(), deparse()) main;
