// Blocks that other packets see as one step: registers that are read, changed and written.
#include <v1model.p4>

header op_h {
    bit<8> op;
    bit<8> at;
    bit<16> in_value;
    bit<32> out_value;
    bit<64> more;
}
struct headers_t {
    op_h op;
}
struct meta_t { }
struct flow_t {
    bit<16> id;
    bit<48> seen;
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    register<bit<32>>(4) parsed;
    @atomic
    state start {
        packet.extract(headers.op);
        parsed.write((bit<32>) headers.op.at, 7);
        transition accept;
    }
}
control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }

@atomic
control Twice(inout headers_t headers)(bit<32> size) {
    register<bit<32>>(size) sums;
    apply {
        bit<32> sum;
        sums.read(sum, (bit<32>) headers.op.at);
        sum = sum + (bit<32>) headers.op.in_value;
        sums.write((bit<32>) headers.op.at, sum);
        headers.op.out_value = sum;
    }
}

control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    register<bit<32>>(4) counts;
    register<bit<8>>(4) highest;
    register<flow_t>(4) flows;
    register<bit<16>>(4) ids;
    register<bit<48>>(4) times;
    register<bit<32>>(1) alone;
    counter(4, CounterType.packets) seen;
    Twice(4) twice;

    // The lock is held in actions of a table that is code.
    action add(bit<32> n) {
        bit<32> old;
        counts.read(old, (bit<32>) headers.op.at);
        counts.write((bit<32>) headers.op.at, old + n);
        headers.op.out_value = old + n;
    }
    table steps {
        key = { headers.op.in_value: exact; }
        actions = { add; }
        const entries = {
            1: add(1);
            2: add(2);
        }
        const default_action = add(100);
    }
    action keep(bit<16> id) { headers.op.in_value = id; }
    table found {
        key = { headers.op.at: exact; }
        actions = { keep; NoAction; }
        default_action = NoAction;
    }
    apply {
        sm.egress_spec = 1;
        bit<32> at = (bit<32>) headers.op.at;
        if (headers.op.op == 0) {
            @atomic {
                steps.apply();
            }
        } else if (headers.op.op == 1) {
            @atomic {
                bit<8> old;
                highest.read(old, at);
                if (headers.op.in_value[7:0] > old) {
                    highest.write(at, headers.op.in_value[7:0]);
                }
                headers.op.out_value = (bit<32>) old;
            }
        } else if (headers.op.op == 2) {
            // A structure, and another one that is the first one's.
            @atomic {
                flow_t flow;
                flows.read(flow, at);
                flow.id = flow.id + 1;
                flow.seen = flow.seen + (bit<48>) headers.op.in_value;
                flows.write(at, flow);
                headers.op.out_value = (bit<32>) flow.id;
                headers.op.more = (bit<64>) flow.seen;
            }
        } else if (headers.op.op == 3) {
            // Two registers under one lock.
            @atomic {
                bit<16> id;
                bit<48> time;
                ids.read(id, at);
                times.read(time, at);
                if ((bit<48>) headers.op.in_value - time > 100) {
                    id = id + 1;
                    ids.write(at, id);
                }
                times.write(at, (bit<48>) headers.op.in_value);
                headers.op.out_value = (bit<32>) id;
                headers.op.more = (bit<64>) time;
            }
        } else if (headers.op.op == 4) {
            twice.apply(headers);
        } else if (headers.op.op == 5) {
            // One call is one step, whatever else is done. Counters no packet reads.
            @atomic {
                found.apply();
                alone.write(0, (bit<32>) headers.op.in_value);
                seen.count(at);
            }
        } else {
            // Without a block, and yet with the cell's lock.
            counts.read(headers.op.out_value, at);
            counts.write(at, 9);
        }
    }
}

control Eg(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cks(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers.op); } }

V1Switch(Prs(), Vrf(), Ing(), Eg(), Cks(), Dep()) main;
