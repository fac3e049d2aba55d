// All that P4Runtime has entities for. Ids are given, so that messages can name them.
#include <v1model.p4>

@p4runtime_translation("p4xdp.org/port", 32)
type bit<9> port_t;
@p4runtime_translation("p4xdp.org/name", string)
type bit<9> name_t;
enum bit<8> kind_t { plain = 1, special = 7 }
enum state_t { idle, busy }

header all_h {
    bit<16> a;
    bit<9> b;
    bit<7> pad;
    bit<32> c;
    bit<8> d;
    bit<8> e;
    bit<8> which;
    bit<16> result;
}
struct headers_t { all_h all; }
struct meta_t { port_t port; name_t name; bit<2> colour; }

struct cell_t { bit<48> mac; bool flag; state_t state; kind_t kind; int<8> change; }
struct learn_t { bit<16> a; bit<9> port; bool flag; }
struct pair_t { @match(ternary) bit<16> a; @match(exact) bit<8> e; }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    @id(1) value_set<bit<16>>(4) kinds;
    @id(2) value_set<pair_t>(4) pairs;
    state start {
        packet.extract(headers.all);
        transition select(headers.all.a) { kinds: more; default: accept; }
    }
    state more {
        transition select(headers.all.a, headers.all.e) { pairs: reject; default: accept; }
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    @id(1) direct_counter(CounterType.packets_and_bytes) counted;
    @id(2) direct_counter(CounterType.packets) counted_fixed;
    @id(1) direct_meter<bit<2>>(MeterType.bytes) metered;
    @id(1) counter(8, CounterType.packets_and_bytes) packets;
    @id(2) counter(4, CounterType.bytes) bytes;
    @id(1) meter(4, MeterType.packets) rates;
    @id(1) register<bit<32>>(8) numbers;
    @id(2) register<cell_t>(4) structures;
    @id(3) register<int<16>>(4) signs;
    @id(1) action_profile(8) members;
    @id(2) @max_group_size(4) action_selector(HashAlgorithm.crc16, 16, 8) groups;

    @id(1) action set(@id(1) bit<16> value, @id(2) bit<9> port) { headers.all.result = value; sm.egress_spec = port; }
    @id(2) action discard() { mark_to_drop(sm); }
    @id(3) action read_colour(bit<9> port) { metered.read(meta.colour); sm.egress_spec = port; }
    @id(4) action to(port_t port) { sm.egress_spec = (bit<9>) port; }
    @id(5) action nothing() { }

    @id(1) table exacts {
        key = { headers.all.a: exact; headers.all.b: exact; }
        actions = { set; discard; @tableonly nothing; @defaultonly NoAction; }
        default_action = NoAction;
        counters = counted;
        support_timeout = true;
        size = 64;
    }
    @id(2) table prefixes {
        key = { headers.all.c: lpm; }
        actions = { set; discard; }
        default_action = set(7, 2);
        size = 16;
    }
    @id(3) table masks {
        key = { headers.all.a: ternary; headers.all.d: range; headers.all.e: optional; headers.all.b: exact; headers.all.c: lpm; }
        actions = { read_colour; }
        meters = metered;
        size = 32;
    }
    @id(4) table fixed {
        key = { headers.all.d: ternary; }
        actions = { set; discard; NoAction; }
        default_action = NoAction;
        counters = counted_fixed;
        const entries = {
            0x10 &&& 0xf0: set(1, 1);
            0x01: discard();
            _: set(3, 3);
        }
    }
    @id(5) table keyless {
        actions = { set; discard; }
        default_action = discard;
    }
    @id(6) table settled {
        key = { headers.all.d: exact; }
        actions = { set; discard; }
        const default_action = discard;
    }
    @id(7) table initial {
        key = { headers.all.e: exact; }
        actions = { set; discard; }
        default_action = discard;
        entries = { 1: set(1, 1); 2: discard(); const 3: discard(); }
        size = 16;
    }
    @id(8) table of_members {
        key = { headers.all.e: exact; }
        actions = { set; discard; }
        implementation = members;
    }
    @id(9) table of_groups {
        key = { headers.all.e: exact; headers.all.a: selector; }
        actions = { set; discard; }
        implementation = groups;
        size = 32;
    }
    @id(10) table translated {
        key = { meta.port: exact; headers.all.e: ternary; }
        actions = { to; }
        size = 16;
    }
    @id(11) table named {
        key = { meta.name: exact; }
        actions = { discard; nothing; }
        size = 16;
    }
    apply {
        meta.port = (port_t) sm.ingress_port;
        meta.name = (name_t) sm.ingress_port;
        exacts.apply();
        prefixes.apply();
        masks.apply();
        fixed.apply();
        keyless.apply();
        settled.apply();
        initial.apply();
        of_members.apply();
        of_groups.apply();
        translated.apply();
        named.apply();
        bit<32> index = (bit<32>) headers.all.d;
        packets.count(index);
        bytes.count(index);
        rates.execute_meter(index, meta.colour);
        headers.all.which = (bit<8>) meta.colour;
        bit<32> number;
        numbers.read(number, index);
        numbers.write(index, number + 1);
        cell_t cell;
        structures.read(cell, index);
        headers.all.c = (bit<32>) cell.mac;
        int<16> sign;
        signs.read(sign, index);
        headers.all.a = (bit<16>) sign;
        if (headers.all.which == 9) {
            digest<learn_t>(1, { headers.all.a, sm.ingress_port, true });
            clone(CloneType.I2E, 5);
            sm.mcast_grp = headers.all.a;
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply { headers.all.result = headers.all.result + sm.egress_rid; }
}
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.all); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
