// Loops of more rounds than the verifier walks one by one (specification, chapter 12.8): in one another, left and cut short in every way, with tables, headers
// that come and go, stacks by the loop variable, no round at all, and as many as there can be.
#include <core.p4>
#include <xdp_model.p4>

header cmd_h {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<8>  op;
    bit<8>  a;
    bit<16> n;
    bit<32> x;
    bit<32> y;
}
header cell_h { bit<16> v; }
header tag_h { bit<8> kind; bit<8> v; }
struct headers_t {
    cmd_h cmd;
    tag_h tag;
    cell_h[4] cells;
}

parser P(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.cmd);
        transition select(hdr.cmd.op) {
            6 &&& 0xfe: tag;
            default: cells;
        }
    }
    state tag {
        packet.extract(hdr.tag);
        transition cells;
    }
    state cells {
        packet.extract(hdr.cells.next);
        packet.extract(hdr.cells.next);
        packet.extract(hdr.cells.next);
        packet.extract(hdr.cells.next);
        transition accept;
    }
}

bit<32> mixed(in bit<32> y, in bit<16> n) {
    bit<32> sum = y;
    for (bit<16> i in 0..n) {
        if (i == 1000) { return sum; }
        sum = sum ^ (sum << 3) ^ (bit<32>)i;
    }
    return sum + 1;
}

control C(inout headers_t hdr, in xdp_input input, out xdp_output output) {
    bit<16> at = 0;
    action add(bit<32> by) {
        hdr.cmd.y = hdr.cmd.y + by;
    }
    action stop() {
        output.output_action = xdp_action.XDP_DROP;
        exit;
    }
    action skip() {
        return;
    }
    table steps {
        key = { at: exact; }
        actions = { add; stop; skip; }
        default_action = skip();
    }
    // A loop in an action, whose parameter it reads.
    action summed(bit<16> limit, bit<32> by) {
        for (bit<16> i = 0; i < hdr.cmd.n; i = i + 1) {
            if (i == limit) { return; }
            hdr.cmd.y = hdr.cmd.y + by;
        }
        hdr.cmd.x = 0;
    }
    table sums {
        key = { hdr.cmd.a: exact; }
        actions = { summed; skip; }
        default_action = skip();
    }
    apply {
        output.output_port = 0;
        output.output_action = xdp_action.XDP_TX;
        switch (hdr.cmd.op) {
            1: {
                for (bit<16> i in 0..hdr.cmd.n) { hdr.cmd.y = hdr.cmd.y + (bit<32>)i; }
            }
            2: {
                bit<32> rounds = 0;
                for (bit<8> i in 0..hdr.cmd.a) {
                    for (bit<8> j in 0..hdr.cmd.n[7:0]) {
                        rounds = rounds + 1;
                        if (hdr.cmd.y == hdr.cmd.x) { break; }
                        hdr.cmd.y = (hdr.cmd.y << 1) + (bit<32>)i ^ (bit<32>)j;
                    }
                }
                hdr.cmd.x = rounds;
            }
            3: {
                for (bit<16> i = 0; i < hdr.cmd.n; i = i + 1) {
                    if (i[0:0] == 1) { continue; }
                    for (bit<16> j = i; j < hdr.cmd.n; j = j + 1) {
                        if (j[1:0] == 1) { continue; }
                        if (j == i + 5) { break; }
                        hdr.cmd.y = hdr.cmd.y + (bit<32>)j;
                    }
                }
            }
            4: {
                for (bit<16> i = 0; i < hdr.cmd.n; i = i + 1) {
                    hdr.cmd.y = hdr.cmd.y + 1;
                    if (i == hdr.cmd.x[15:0]) {
                        hdr.cmd.type = 0xaaaa;
                        exit;
                    }
                    if (hdr.cmd.a == 9 && i == 77) {
                        hdr.cmd.type = 0xbbbb;
                        return;
                    }
                }
                hdr.cmd.x = 1;
            }
            5: {
                for (bit<16> i in 1..hdr.cmd.n) {
                    at = i;
                    if (!steps.apply().hit) { hdr.cmd.x = hdr.cmd.x + 1; }
                }
            }
            6: {
                for (bit<16> i in 0..hdr.cmd.n) {
                    if (hdr.tag.isValid()) {
                        hdr.tag.v = hdr.tag.v + 1;
                        if (hdr.tag.v == hdr.cmd.a) { hdr.tag.setInvalid(); }
                    } else {
                        hdr.cmd.y = hdr.cmd.y + 1;
                        if (hdr.cmd.y == hdr.cmd.x) {
                            hdr.tag.setValid();
                            hdr.tag.kind = 0x77;
                        }
                    }
                }
            }
            7: {
                for (bit<16> i in 0..hdr.cmd.n) {
                    hdr.cells[i & 3].v = hdr.cells[i & 3].v + i;
                    if (i == 400) { hdr.cells.push_front(1); }
                    if (i == 500) { hdr.cells.pop_front(1); }
                }
            }
            8: { hdr.cmd.y = mixed(hdr.cmd.x, hdr.cmd.n); }
            9: { sums.apply(); }
            10: {
                bit<32> rounds = 0;
                for (; hdr.cmd.x != 1; rounds = rounds + 1) {
                    if (hdr.cmd.x[0:0] == 1) { hdr.cmd.x = hdr.cmd.x * 3 + 1; }
                    else { hdr.cmd.x = hdr.cmd.x >> 1; }
                }
                hdr.cmd.y = rounds;
            }
            11: {
                // What a round leaves to the next, of a local that nobody else uses.
                bit<16> before;
                before = 0;
                for (int<16> i in -3..(int<16>)hdr.cmd.n) {
                    if (i > 100) { hdr.cmd.y = hdr.cmd.y + (bit<32>)before; }
                    before = (bit<16>)i;
                    for (bit<16> j in hdr.cmd.n .. 3) { hdr.cmd.x = hdr.cmd.x + 1; }
                }
            }
            default: {}
        }
        hdr.cmd.a = hdr.cmd.a + 1;
    }
}

control D(in headers_t hdr, packet_out packet) {
    apply {
        packet.emit(hdr.cmd);
        packet.emit(hdr.tag);
        packet.emit(hdr.cells);
    }
}

xdp(P(), C(), D()) main;
