// Parsers, states, select expressions, value sets.
parser Type<T>(packet_in packet, out T headers);

parser p(packet_in packet, out headers_t hdr)(bit<8> size, bool big) {
    const bit<8> limit = 4;
    bit<8> count = 0;
    value_set<bit<8>>(size) ports;
    value_set<tuple<bit<8>, bit<16>>>(4) pairs;
    sub() inner;

    state start {
        bit<8> x;
        ;
        packet.extract<eth_t>(hdr.eth);
        packet.extract(hdr.vlan.next);
        x = packet.lookahead<bit<8>>()[3:0];
        count += x;
        if (count == 1) { count = 2; } else count = 3;
        { const bit<8> k = 1; x = k; }
        inner.apply(packet);
        sub.apply(packet, hdr);
        Sub<bit<8>>.apply(packet);
        transition next;
    }
    state next {
        transition select(hdr.eth.type, count, { 1, 2 }) {
            (0x800, _, _): accept;
            (0x800 &&& 0xFF00, 1 .. 3, default): start;
            (Kind.a, (2), 1 + 2): reject;
            default: no_transition;
        }
    }
    state no_transition {}
    state single {
        transition select(count) {
            1: start;
            2 .. 3: start;
            (4): start;
            (5 &&& 7): start;
            (6) + 1: start;
            ports: next;
            _: reject;
        }
    }
    state state {
        transition select(a < b, c > (d)) {}
    }
}
