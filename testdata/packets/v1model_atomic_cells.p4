// Blocks that are one step and use several cells: of one register, of registers of different sizes; and what of a block is the packet's own.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> from;
    bit<8> to;
    bit<32> amount;
    bit<32> left;
    bit<32> right;
}
struct headers_t { op_h op; }
struct meta_t { }

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start { packet.extract(headers.op); transition accept; }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    register<bit<32>>(8) balances;
    register<bit<16>>(4) small;
    register<bit<64>>(16) large;
    register<bit<8>>(4) picks;

    action mark(bit<32> value) { headers.op.right = value; }
    table marks {
        key = { headers.op.left: exact; }
        actions = { mark; NoAction; }
        default_action = NoAction;
    }
    apply {
        sm.egress_spec = 1;
        bit<32> from = (bit<32>) headers.op.from;
        bit<32> to = (bit<32>) headers.op.to;
        if (headers.op.op == 0) {
            balances.write(from, headers.op.amount);
        } else if (headers.op.op == 1) {
            // From one cell to another, or back to the same.
            @atomic {
                bit<32> a;
                bit<32> b;
                balances.read(a, from);
                if (a >= headers.op.amount) {
                    balances.write(from, a - headers.op.amount);
                    balances.read(b, to);
                    balances.write(to, b + headers.op.amount);
                }
                balances.read(headers.op.left, from);
                balances.read(headers.op.right, to);
            }
        } else if (headers.op.op == 2) {
            // Two registers at two indices, which are found in the block.
            @atomic {
                bit<32> i;
                bit<32> j;
                hash(i, HashAlgorithm.identity, 32w0, { headers.op.from }, 32w4);
                hash(j, HashAlgorithm.identity, 32w0, { headers.op.to }, 32w16);
                bit<16> s;
                bit<64> l;
                small.read(s, i);
                large.read(l, j);
                small.write(i, s + 1);
                large.write(j, l + (bit<64>) s);
                headers.op.left = (bit<32>) s;
                headers.op.right = (bit<32>) l;
                marks.apply();
            }
        } else {
            // A random number is asked for in front of the block.
            @atomic {
                bit<8> old;
                bit<8> new;
                picks.read(old, to);
                if (old == 0) {
                    random(new, 8w7, 8w7);
                    picks.write(to, new);
                }
                headers.op.left = (bit<32>) old;
            }
        }
    }
}
control Eg(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cks(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Eg(), Cks(), Dep()) main;
