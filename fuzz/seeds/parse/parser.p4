parser p(packet_in b, out h x) {
    value_set<tuple<bit<8>, bit<1>>>(4) s;
    @x state start {
        b.extract(x.next); verify(x.isValid(), error.A);
        transition select(x.f, b.lookahead<bit<8>>()) {
            (1, _): start; (2 .. 3, 4 &&& 5): accept; s: reject; default: q;
        }
    }
    state q { transition accept; }
}
