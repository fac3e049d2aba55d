// What control planes are told of a program for xdp_model: scopes of actions, match kinds, texts for people, annotations, ids, entries, what is hidden.
#include <xdp_model.p4>

header h_t {
    bit<32> dst;
    bit<32> src;
    bit<16> port;
    bit<7> kind;
    bit<1> last;
    @name("hops") bit<8> ttl;
}

struct headers_t { h_t h; @name("inner") h_t tunnelled; }

parser Parser(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.h); transition select(hdr.h.last) { 1: accept; _: tunnel; } }
    state tunnel { packet.extract(hdr.tunnelled); transition accept; }
}

@brief("Forwards" ++ " packets")
control Switch(inout headers_t hdr, in xdp_input imd, out xdp_output omd) {
    CounterArray(1024, true) seen;

    @brief("Sends a packet on")
    @description("Out of \"port\", with another kind.")
    @weight(1, 2)
    action forward(@brief("An interface") @id(7) bit<32> port, bit<7> kind, @mode("fair") bool last) {
        omd.output_action = xdp_action.XDP_REDIRECT;
        omd.output_port = port;
        hdr.h.kind = kind;
        hdr.h.last = (bit<1>)last;
    }
    @hidden action count(bit<32> index) { seen.increment(index); }
    action drop() { omd.output_action = xdp_action.XDP_DROP; }
    // What actions call is part of them.
    action lower(inout bit<8> ttl) { ttl = ttl |-| 1; }
    // No table has it, and it is called: so it is an object all the same.
    action pass(inout bit<8> ttl) { omd.output_action = xdp_action.XDP_PASS; ttl = ttl - 1; lower(ttl); }
    action pass_on() { omd.output_action = xdp_action.XDP_PASS; }

    @id(0x02000011)
    @brief("Routes")
    @scale[factor=2 + 3, exact=true, unit="packets"]
    @plain[]
    table routes {
        key = {
            hdr.h.dst: lpm @name("dst") @id(3) @brief("Where to") @format(IPV4_ADDRESS);
            hdr.h.port: exact;
            hdr.h.isValid(): exact;
            hdr.h.ttl: exact;
            hdr.tunnelled.isValid(): exact;
        }
        actions = { @tableonly forward; @defaultonly drop; @defaut_only pass_on; }
        default_action = drop;
        size = 100;
        implementation = hash_table(100);
    }
    // Constant entries have priorities that fall from their number on; what demands nothing is left out.
    table rules {
        key = {
            hdr.h.src: ternary;
            hdr.h.port & 0xFFF: exact;
            hdr.h.kind[3:0]: ternary;
        }
        actions = { forward; count; NoAction; }
        const default_action = forward(5, 3, true);
        const entries = {
            (0x0a000000 &&& 0xff000000, 5, _): forward(258, 0x7f, false);
            (_, 7, 4 &&& 0): count(9);
            (3, 8, 9): NoAction();
        }
        implementation = hash_table(64);
    }

    // The program's entries may be changed, but for one.
    table first {
        key = { hdr.h.src: ternary; hdr.h.dst: lpm @name(".absolute"); }
        actions = { drop; NoAction; }
        entries = {
            const priority = 30: (1, 0x0a000000 &&& 0xff000000): drop();
            priority = 10: (2, _): drop();
            (3, 0x01020304): drop();
        }
        implementation = hash_table(64);
    }

    @hidden table inside {
        key = { hdr.h.src + 1: exact; }
        actions = { drop; @defaultonly NoAction; }
        implementation = hash_table(64);
    }

    apply {
        omd.output_action = xdp_action.XDP_PASS;
        omd.output_port = 0;
        routes.apply();
        rules.apply();
        first.apply();
        inside.apply();
        pass(hdr.h.ttl);
    }
}

control Deparser(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.h); packet.emit(hdr.tunnelled); } }

@pkginfo(name="xdp.p4", version="2")
@pkginfo(organization="nobody", arch="another")
@pkginfo(url="http://example.org")
@brief("All of it")
@platform_property(multicast_group_table_size = 64)
@note("for " ++ "people")
xdp(Parser(), Switch(), Deparser()) main;
