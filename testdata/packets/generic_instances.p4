// Controls and parsers whose type parameters only the arguments of their constructors tell.
#include <core.p4>
#include <xdp_model.p4>

header pair_t { bit<8> a; bit<16> b; bit<96> rest; }
struct headers_t { pair_t pair; }

control put<T>(inout T place)(T value) {
    apply { place = value; }
}

control put_both<T, U>(inout T first, inout U second)(T a, U b) {
    put(a) put_first;
    put<U>(b) put_second;
    apply { put_first.apply(first); put_second.apply(second); }
}

parser start_at<T>(inout T place)(T value) {
    state start {
        place = value;
        transition accept;
    }
}

parser Prs(packet_in packet, out headers_t h) {
    start_at(8w3) three;
    state start {
        packet.extract(h.pair);
        three.apply(h.pair.a);
        transition accept;
    }
}

control Swt(inout headers_t h, in xdp_input imd, out xdp_output omd) {
    put(16w0x1234) number;
    put_both(8w7, 16w0x5678) both;
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        if (h.pair.b == 0) { number.apply(h.pair.b); } else { both.apply(h.pair.a, h.pair.b); }
    }
}

control Dep(in headers_t h, packet_out packet) {
    apply { packet.emit(h.pair); }
}

xdp(Prs(), Swt(), Dep()) main;
