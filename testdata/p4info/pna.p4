// What control planes are told of a program for pna: types that they see as others, cells, profiles, direct externs, idle entries, digests.
#include <pna.p4>

@p4runtime_translation("example.org/vlan", string)
type bit<12> Vlan_t;
@p4runtime_translation("example.org/port", bit<16>)
@note("as people know it")
type PortId_t Port_t;
type bit<32> Plain_t;
enum bit<8> Proto_t { TCP = 6, UDP = 17 }
enum Way_t { UP, DOWN }
typedef bit<48> Mac_t;

header eth_t { Mac_t dst; Mac_t src; bit<16> type; }
struct inner_t { bit<4> low; bit<4> high; }
header vlan_t { bit<4> rest; Vlan_t vlan; Proto_t proto; inner_t inner; }
header_union both_t { eth_t eth; vlan_t vlan; }
struct pair_t<T> { T first; bool second; }
struct report_t {
    Mac_t src;
    Port_t port;
    Proto_t proto;
    error fault;
    pair_t<bit<8>> pair;
    vlan_t vlan;
}
struct headers_t { eth_t eth; vlan_t vlan; }
struct meta_t { Port_t port; Way_t way; Plain_t plain; }

parser Parser(packet_in packet, out headers_t hdr, inout meta_t meta, in pna_main_parser_input_metadata_t istd) {
    state start { packet.extract(hdr.eth); packet.extract(hdr.vlan); transition accept; }
}

control Pre(in headers_t hdr, inout meta_t meta, in pna_pre_input_metadata_t istd, inout pna_pre_output_metadata_t ostd) { apply { } }

control Main(inout headers_t hdr, inout meta_t meta, in pna_main_input_metadata_t istd, inout pna_main_output_metadata_t ostd) {
    Counter<bit<64>, Plain_t>(128, PNA_CounterType_t.PACKETS_AND_BYTES) counted;
    DirectCounter<bit<32>>(PNA_CounterType_t.BYTES) hits;
    DirectMeter(PNA_MeterType_t.PACKETS) paced;
    Meter<bit<10>>(1024, PNA_MeterType_t.BYTES) rates;
    Register<pair_t<bit<16>>, bit<8>>(256) last;
    Digest<report_t>() reports;
    ActionProfile(32) profile;
    @max_group_size(16) @selector_size_semantics("sum_of_members") @max_member_weight(4)
    ActionSelector(PNA_HashAlgorithm_t.TARGET_DEFAULT, 64, 10) selector;

    action to(Port_t port, Vlan_t vlan, Way_t way, int<8> delta) { meta.port = port; hdr.vlan.vlan = vlan; meta.way = way; hits.count(); }
    action learn() {
        reports.pack({ hdr.eth.src, meta.port, hdr.vlan.proto, error.NoError, { 1, true }, hdr.vlan });
        last.write(1, { 2, false });
    }

    table ways {
        key = { hdr.vlan.vlan: exact; meta.plain: ternary; hdr.vlan.proto: exact; }
        actions = { to; learn; NoAction; }
        pna_direct_counter = hits;
        pna_direct_meter = paced;
        pna_idle_timeout = PNA_IdleTimeout_t.NOTIFY_CONTROL;
        const entries = { (5, 0x10 &&& 0xf0, Proto_t.UDP): learn(); }
    }
    table members {
        key = { hdr.eth.dst: exact; }
        actions = { to; NoAction; }
        pna_implementation = profile;
    }
    table groups {
        key = { hdr.eth.src: exact; }
        actions = { to; NoAction; }
        pna_implementation = selector;
    }
    apply { ways.apply(); members.apply(); groups.apply(); counted.count((Plain_t)1); rates.execute(3); }
}

control Deparser(packet_out packet, in headers_t hdr, in meta_t meta, in pna_main_output_metadata_t ostd) { apply { packet.emit(hdr.eth); packet.emit(hdr.vlan); } }

PNA_NIC(Parser(), Pre(), Main(), Deparser()) main;
