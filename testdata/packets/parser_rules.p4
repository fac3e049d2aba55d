// Parsers by the specification's abstract machine (sections "The Parser abstract machine", "Data extraction", "Lookahead", "Skipping bits"): the first error
// ends the parser, and what was done before it stays; what a failed extraction leaves alone; headers that are skipped, extracted twice, or have no length;
// the end of the packet; select on enums, concatenations and sets.
#include <core.p4>
#include <v1model.p4>

error { First, Second }

enum bit<8> kind_t { low = 1, high = 0x80, later = 9 }
header key_h {
    kind_t kind;
    bit<8> arg;
}
header cell_h {
    bit<8> v;
}
header wide_h {
    bit<24> v;
}
header options_h {
    bit<8> length;
    varbit<16> data;
}
header result_h {
    bit<8> code;
    bit<8> seen;
    bit<8> valid;
    bit<8> more;
}
struct headers_t {
    key_h key;
    cell_h cell;
    wide_h wide;
    options_h options;
    cell_h[2] cells;
    result_h result;
}
struct meta_t {
    bit<8> seen;
}

bit<8> noted(inout bit<8> seen, in bit<8> value) {
    seen = seen + value;
    return value;
}

parser Inner(packet_in packet, inout bit<8> seen, out cell_h cell) {
    state start {
        seen = seen + 1;
        packet.extract(cell);
        verify(cell.v != 0, error.First);
        seen = seen + 2;
        transition select(cell.v) {
            1: accept;
            2: reject;
            3: again;
        }
    }
    state again {
        seen = seen + 4;
        transition accept;
    }
}

parser Prs(packet_in packet, out headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    Inner() inner;
    bit<8> kept = 0x40;
    state start {
        packet.extract(headers.key);
        transition select(headers.key.kind, headers.key.arg[7:4] ++ headers.key.arg[3:0]) {
            (kind_t.low, 0): order;
            (kind_t.low, 1): second;
            (kind_t.low, 2): short;
            (kind_t.low, 3): twice;
            (kind_t.low, 4): skip;
            (kind_t.low, 5): no_options;
            (kind_t.low, 6): odd_options;
            (kind_t.low, 7): end;
            (kind_t.low, 8): over_the_end;
            (kind_t.low, 9): full;
            (kind_t.low, 10): inner_parser;
            (kind_t.low, 11): calls;
            (kind_t.low, 12): length;
            (kind_t.low, 13): variables;
            (kind_t.low, _): sets;
            (kind_t.high &&& kind_t.high, _): masked;
        }
    }
    state order {
        meta.seen = 1;
        verify(headers.key.arg == 0, error.First);
        meta.seen = 2;
        verify(headers.key.arg == 1, error.Second);
        meta.seen = 3;
        transition accept;
    }
    state second {
        verify(false, error.Second);
        verify(false, error.First);
        transition accept;
    }
    // The first cell is there, the wide header is not: it keeps what it had.
    state short {
        headers.wide = { 0x123456 };
        packet.extract(headers.cell);
        packet.extract(headers.wide);
        meta.seen = 0xff;
        transition accept;
    }
    state twice {
        packet.extract(headers.cell);
        packet.extract(headers.cell);
        transition accept;
    }
    state skip {
        packet.extract<wide_h>(_);
        packet.extract(headers.cell);
        transition accept;
    }
    state no_options {
        packet.extract(headers.options, 0);
        transition accept;
    }
    state odd_options {
        packet.extract(headers.options, 12);
        transition accept;
    }
    // To look at nothing and to skip nothing is possible at the end.
    state end {
        packet.advance(32);
        packet.advance(0);
        meta.seen = (bit<8>) packet.length();
        transition select(packet.lookahead<bit<8>>()) {
            default: accept;
        }
    }
    state over_the_end {
        meta.seen = packet.lookahead<cell_h>().v;
        packet.advance(8 * 5);
        meta.seen = 0xff;
        transition accept;
    }
    state full {
        packet.extract(headers.cells.next);
        packet.extract(headers.cells.next);
        meta.seen = headers.cells.last.v;
        transition select(headers.cells.lastIndex) {
            1: too_many;
        }
    }
    state too_many {
        headers.cells.next.v = 9;
        meta.seen = 0xff;
        transition accept;
    }
    state inner_parser {
        inner.apply(packet, meta.seen, headers.cell);
        inner.apply(packet, meta.seen, headers.cells[1]);
        transition accept;
    }
    state calls {
        transition select(noted(meta.seen, 1), noted(meta.seen, 0x10)) {
            (2, _): reject;
            (_, 0x10 .. 0x20): accept;
        }
    }
    state length {
        packet.advance(8);
        meta.seen = (bit<8>) packet.length();
        transition accept;
    }
    state variables {
        kept = kept + packet.lookahead<bit<8>>();
        packet.extract(headers.cell);
        meta.seen = kept;
        transition select(headers.cell.v) {
            0: accept;
            _: variables;
        }
    }
    state sets {
        meta.seen = 0x77;
        transition select(headers.key.arg) {
            0x20 .. 0x2f: accept;
            0x25: reject;
            0x80 &&& 0xf0: accept;
            0x30: masked;
        }
    }
    state masked {
        meta.seen = meta.seen | 0x80;
        transition accept;
    }
}

control Vrf(inout headers_t headers, inout meta_t meta) { apply { } }
control Ing(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) {
    apply {
        sm.egress_spec = 1;
        bit<8> code = 0xff;
        switch (sm.parser_error) {
            error.NoError: { code = 0; }
            error.PacketTooShort: { code = 1; }
            error.NoMatch: { code = 2; }
            error.StackOutOfBounds: { code = 3; }
            error.HeaderTooShort: { code = 4; }
            error.ParserInvalidArgument: { code = 6; }
            error.First: { code = 0x11; }
            error.Second: { code = 0x12; }
        }
        bit<8> more = 0;
        if (headers.cell.isValid()) { more = more + headers.cell.v; }
        if (headers.wide.isValid()) { more = more + headers.wide.v[7:0]; }
        if (headers.cells[1].isValid()) { more = more + headers.cells[1].v; }
        bit<8> valid = (bit<1>) headers.key.isValid() ++ (bit<1>) headers.cell.isValid() ++ (bit<1>) headers.wide.isValid()
            ++ (bit<1>) headers.options.isValid() ++ (bit<1>) headers.cells[0].isValid() ++ (bit<1>) headers.cells[1].isValid() ++ 2w0;
        headers.result = { code, meta.seen, valid, more };
        headers.key.setInvalid();
        headers.cell.setInvalid();
        headers.wide.setInvalid();
        headers.options.setInvalid();
        headers.cells[0].setInvalid();
        headers.cells[1].setInvalid();
    }
}
control Egr(inout headers_t headers, inout meta_t meta, inout standard_metadata_t sm) { apply { } }
control Cmp(inout headers_t headers, inout meta_t meta) { apply { } }
control Dep(packet_out packet, in headers_t headers) { apply { packet.emit(headers); } }

V1Switch(Prs(), Vrf(), Ing(), Egr(), Cmp(), Dep()) main;
