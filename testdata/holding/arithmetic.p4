// Numbers of many widths and both signs, at all places in their bytes.
// packet ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637
// packet 00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
// packet 8080808080808080808080808080808080808080808080808080808080808080808080808080808080808080808080808080808080808080
// packet 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
#include <core.p4>
#include <xdp_model.p4>
header numbers_t {
    bit<3> a; int<7> b; bit<14> c; int<24> d;
    bit<128> e; bit<40> f; int<48> g; bit<5> h;
    int<64> i; bit<35> j; bit<1> k; bit<7> l; bit<32> m; int<8> n;
}
struct headers_t { numbers_t x; }
parser parse_packet(packet_in packet, out headers_t headers) {
    state start { packet.extract(headers.x); transition accept; }
}
control work(inout headers_t headers, in xdp_input i, out xdp_output o) {
    apply {
        o.output_action = xdp_action.XDP_PASS;
        o.output_port = 0;
        bit<14> c = headers.x.c;
        headers.x.a = headers.x.a + 5;
        headers.x.b = headers.x.b |-| (int<7>)headers.x.d[6:0];
        headers.x.c = (headers.x.c << headers.x.h) | (headers.x.c >> 3);
        headers.x.d = (headers.x.d >> headers.x.a) - (int<24>)headers.x.b;
        headers.x.e = (headers.x.e * 0x1_0000_0003) + (headers.x.e >> headers.x.l) - ((bit<128>)headers.x.m << 77);
        headers.x.f = headers.x.f / 1000 + headers.x.f % 77;
        headers.x.g = headers.x.g |+| (int<48>)headers.x.i;
        headers.x.h = (bit<5>)(c[9:7] ++ c[1:0]);
        headers.x.i = headers.x.i >> headers.x.h;
        headers.x.j = headers.x.j ^ ((bit<35>)headers.x.f |+| 0x7_0000_0000);
        headers.x.k = (bit<1>)(headers.x.b < -3 || headers.x.e[127:100] > 5);
        headers.x.l[4:2] = headers.x.a;
        headers.x.m = headers.x.n < 0 ? headers.x.m - 1 : ~headers.x.m;
        headers.x.n = -headers.x.n;
    }
}
control deparse(in headers_t headers, packet_out packet) {
    apply { packet.emit(headers.x); }
}
xdp(parse_packet(), work(), deparse()) main;
