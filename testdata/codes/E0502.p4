#include <ebpf_model.p4>
struct headers_t { bit<8> a; }
bit<8> f0(in bit<8> x) { return x + 1; }
bit<8> f1(in bit<8> x) { return f0(f0(x)); }
bit<8> f2(in bit<8> x) { return f1(f1(x)); }
bit<8> f3(in bit<8> x) { return f2(f2(x)); }
bit<8> f4(in bit<8> x) { return f3(f3(x)); }
bit<8> f5(in bit<8> x) { return f4(f4(x)); }
bit<8> f6(in bit<8> x) { return f5(f5(x)); }
bit<8> f7(in bit<8> x) { return f6(f6(x)); }
bit<8> f8(in bit<8> x) { return f7(f7(x)); }
bit<8> f9(in bit<8> x) { return f8(f8(x)); }
bit<8> f10(in bit<8> x) { return f9(f9(x)); }
bit<8> f11(in bit<8> x) { return f10(f10(x)); }
bit<8> f12(in bit<8> x) { return f11(f11(x)); }
bit<8> f13(in bit<8> x) { return f12(f12(x)); }
bit<8> f14(in bit<8> x) { return f13(f13(x)); }
bit<8> f15(in bit<8> x) { return f14(f14(x)); }
bit<8> f16(in bit<8> x) { return f15(f15(x)); }
bit<8> f17(in bit<8> x) { return f16(f16(x)); }
bit<8> f18(in bit<8> x) { return f17(f17(x)); }
bit<8> f19(in bit<8> x) { return f18(f18(x)); }
bit<8> f20(in bit<8> x) { return f19(f19(x)); }
bit<8> f21(in bit<8> x) { return f20(f20(x)); }
bit<8> f22(in bit<8> x) { return f21(f21(x)); }
bit<8> f23(in bit<8> x) { return f22(f22(x)); }
bit<8> f24(in bit<8> x) { return f23(f23(x)); }
bit<8> f25(in bit<8> x) { return f24(f24(x)); }
bit<8> f26(in bit<8> x) { return f25(f25(x)); }
bit<8> f27(in bit<8> x) { return f26(f26(x)); }
bit<8> f28(in bit<8> x) { return f27(f27(x)); }
bit<8> f29(in bit<8> x) { return f28(f28(x)); }
bit<8> f30(in bit<8> x) { return f29(f29(x)); }
parser P(packet_in packet, out headers_t hdr) { state start { transition accept; } }
control F(inout headers_t hdr, out bool ok) {
    apply {
        ok = f30(hdr.a) == 1;
    }
}
ebpfFilter(P(), F()) main;
