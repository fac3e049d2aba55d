// Registers of structures, and of numbers that are wider than 64 bits.
#include <v1model.p4>

enum state_t { idle, open, closed }

header op_h {
    bit<8> op;
    bit<8> index;
    bit<48> mac;
    bit<5> low;
    bit<2> state;
    bit<1> flag;
    bit<128> wide;
}
struct headers_t { op_h op; }
struct meta_t { bit<1> unused; }

struct inner_t {
    bit<5> low;
    bool flag;
}
struct cell_t {
    bit<48> mac;
    state_t state;
    inner_t inner;
    bit<128> wide;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    state start {
        packet.extract(headers.op);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    register<cell_t>(4) cells;
    register<bit<128>>(4) addresses;
    register<bit<72>>(2) odd;

    apply {
        sm.egress_spec = sm.ingress_port;
        bit<32> index = (bit<32>) headers.op.index;
        cell_t cell;
        if (headers.op.op == 0) {
            state_t state = state_t.idle;
            if (headers.op.state == 1) {
                state = state_t.open;
            }
            cells.write(index, { headers.op.mac, state, { headers.op.low, headers.op.flag == 1 }, headers.op.wide });
        } else if (headers.op.op == 1) {
            cells.read(cell, index);
            headers.op.mac = cell.mac;
            headers.op.state = cell.state == state_t.open ? 2w1 : 2w0;
            headers.op.low = cell.inner.low;
            headers.op.flag = (bit<1>) cell.inner.flag;
            headers.op.wide = cell.wide;
        } else if (headers.op.op == 2) {
            addresses.write(index, headers.op.wide);
        } else if (headers.op.op == 3) {
            addresses.read(headers.op.wide, index);
        } else if (headers.op.op == 4) {
            bit<72> last;
            odd.read(last, index);
            odd.write(index, headers.op.wide[71:0]);
            headers.op.wide = 56w1 ++ last;
        } else if (headers.op.op == 5) {
            // Its own cell, changed.
            cells.read(cell, index);
            cell.mac = cell.mac + 1;
            cell.inner.flag = !cell.inner.flag;
            cells.write(index, cell);
        }
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
