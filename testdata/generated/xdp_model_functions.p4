// The extern functions of xdp_model.
#include <core.p4>
#include <xdp_model.p4>
header numbers_t {
    bit<16> csum; bit<16> from2; bit<16> to2; bit<16> result2;
    bit<32> from4; bit<32> to4; bit<16> result4; bit<16> ip; bit<32> now;
    bit<4> version; bit<4> ihl; bit<8> diffserv; bit<16> len; bit<16> id; bit<3> flags; bit<13> frag;
    bit<8> ttl; bit<8> protocol; bit<16> hcsum; bit<32> src; bit<32> dst;
}
struct headers_t { numbers_t n; }
parser Parse(packet_in packet, out headers_t h) { state start { packet.extract(h.n); transition accept; } }
control Switch(inout headers_t h, in xdp_input xin, out xdp_output xout) {
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        h.n.result2 = csum_replace2(h.n.csum, h.n.from2, h.n.to2);
        h.n.result4 = csum_replace4(h.n.csum, h.n.from4, h.n.to4);
        h.n.ip = ebpf_ipv4_checksum(h.n.version, h.n.ihl, h.n.diffserv, h.n.len, h.n.id, h.n.flags, h.n.frag,
            h.n.ttl, h.n.protocol, h.n.src, h.n.dst);
        h.n.now = BPF_KTIME_GET_NS();
        BPF_PERF_EVENT_OUTPUT();
    }
}
control Deparse(in headers_t h, packet_out packet) { apply { packet.emit(h.n); } }
xdp(Parse(), Switch(), Deparse()) main;
