// Loops of many rounds in v1model: registers, counters and hashes in their bodies, in every control, and in a function that a parser calls.
#include <core.p4>
#include <v1model.p4>

header cmd_t {
    bit<48> dst;
    bit<48> src;
    bit<16> type;
    bit<16> n;
    bit<32> x;
    bit<32> y;
}
header more_t { bit<32> z; }
struct headers_t { cmd_t cmd; more_t more; }
struct meta_t { bit<16> steps; bit<32> sum; }

bit<16> halvings(in bit<16> n, in bit<16> limit) {
    bit<16> left = n;
    bit<16> steps = 0;
    for (bit<16> i = 0; i < limit; i = i + 1) {
        if (left == 0) { return steps; }
        if (i[0:0] == 1) { continue; }
        left = left >> 1;
        steps = steps + 1;
    }
    return steps + 0x100;
}

parser P(packet_in packet, out headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    state start {
        packet.extract(hdr.cmd);
        meta.steps = halvings(hdr.cmd.n, hdr.cmd.x[15:0]);
        transition select(meta.steps) {
            3: more;
            default: accept;
        }
    }
    state more {
        packet.extract(hdr.more);
        transition accept;
    }
}

control V(inout headers_t hdr, inout meta_t meta) { apply {} }

control I(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    register<bit<32>>(16) cells;
    counter(16, CounterType.packets) counts;
    apply {
        std.egress_spec = std.ingress_port;
        for (bit<16> i = 0; i < hdr.cmd.n; i = i + 1) {
            bit<32> cell;
            bit<32> at = (bit<32>)i & 15;
            cells.read(cell, at);
            cell = cell + 1 + (bit<32>)i;
            cells.write(at, cell);
            counts.count(at);
            if (cell == hdr.cmd.x) { mark_to_drop(std); break; }
            hdr.cmd.y = hdr.cmd.y ^ cell;
        }
    }
}

control E(inout headers_t hdr, inout meta_t meta, inout standard_metadata_t std) {
    apply {
        meta.sum = 1;
        for (bit<16> i in 0..hdr.cmd.n) {
            for (bit<16> j in i..hdr.cmd.n) {
                if (j - i == 3) { break; }
                meta.sum = meta.sum + (bit<32>)j;
            }
            if (meta.sum > 0x10000) { exit; }
        }
        hdr.cmd.x = meta.sum;
        hdr.more.z = hdr.more.z + (bit<32>)meta.steps;
    }
}

control K(inout headers_t hdr, inout meta_t meta) { apply {} }
control D(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr); } }

V1Switch(P(), V(), I(), E(), K(), D()) main;
