// Parsers, controls, tables, externs, generics and packages.
#include <core.p4>

header Eth { bit<48> dst; bit<48> src; bit<16> type; }
header Opt { bit<8> length; varbit<256> data; }
struct Headers { Eth eth; Opt opt; Eth[2] stack; }
struct Meta { bit<9> port; bool drop; }

extern Counter<I> {
    Counter(bit<32> size);
    void count(in I index, @optional in bit<32> by);
    abstract bit<8> weight(in I index);
}
extern void log(string message);
extern T max<T>(in T a, in T b);

parser Parse<H, M>(packet_in packet, out H headers, inout M meta);
control Pipe<H, M>(inout H headers, inout M meta);
control Deparse<H>(packet_out packet, in H headers);
package Switch<H, M>(Parse<H, M> p, Pipe<H, M> c, Deparse<H> d);

parser Inner(packet_in packet, out Eth eth)(bool skip) {
    state start {
        packet.extract(eth);
        transition select(skip) { true: accept; false: reject; }
    }
}

parser P(packet_in packet, out Headers headers, inout Meta meta) {
    Inner(true) inner;
    value_set<bit<16>>(4) known;
    bit<8> length = 0;
    state start {
        inner.apply(packet, headers.eth);
        transition select(headers.eth.type, packet.lookahead<bit<8>>()) {
            (0x800, _): options;
            (0x100 .. 0x200, 1 &&& 3): accept;
            (known, 7): stacked;
            default: reject;
        }
    }
    state options {
        length = packet.lookahead<bit<8>>();
        packet.extract(headers.opt, (bit<32>)length);
        verify(length > 2, error.HeaderTooShort);
        transition stacked;
    }
    state stacked {
        packet.extract(headers.stack.next);
        transition select(headers.stack.last.type) { 1: stacked; _: accept; }
    }
}

control Sub(inout Eth eth, in bit<8> n) {
    apply { eth.dst = (bit<48>)n; }
}

control C(inout Headers headers, inout Meta meta) {
    Counter<bit<9>>(1024) counter = {
        bit<8> weight(in bit<9> index) { return index[7:0]; }
    };
    const bit<9> drop_port = 511;
    action drop() { meta.drop = true; exit; }
    action forward(inout bit<48> dst, bit<9> port) {
        dst = dst + 1;
        meta.port = port;
        counter.count(index = port);
    }
    table route {
        key = {
            headers.eth.dst: lpm;
            headers.eth.isValid(): exact @name("valid");
            meta.port: ternary;
        }
        actions = { forward(headers.eth.src); drop; @defaultonly NoAction; }
        const default_action = NoAction();
        entries = {
            const priority = 10: (0x0a &&& 0xffffffffff00, true, _): drop();
            (1, false, 3): forward(headers.eth.src, 7);
        }
        size = 1024;
        largest_priority_wins = false;
    }
    table plain { actions = { drop; } }
    apply {
        if (route.apply().hit) {
            Sub.apply(eth = headers.eth, n = 5);
        } else {
            switch (plain.apply().action_run) {
                drop: { log("dropped" ++ "!"); }
                default: { forward(headers.eth.dst, drop_port); }
            }
        }
        meta.port = max(meta.port, 3);
        headers.stack.push_front(1);
        headers.stack[0].setValid();
        headers.eth = { 1, 2, ... };
        headers.stack[1] = (Eth){#};
    }
}

control D(packet_out packet, in Headers headers) {
    apply { packet.emit(headers); }
}

Switch(P(), C(), D()) main;

// A selector may hash what the table also matches.
match_kind { selector }
control hashes_its_key(in bit<8> x) {
    table t {
        key = { x: exact; x: selector; x: selector; }
        actions = { NoAction; }
    }
    apply { t.apply(); }
}

extern Log { Log(); void note(in bit<8> x); }
extern Watcher { Watcher(); abstract void seen(Log log, in bit<8> x); }
control watching(inout bit<8> x) {
    Watcher() watcher = {
        void seen(Log log, in bit<8> y) { log.note(y); }
    };
    apply {}
}
