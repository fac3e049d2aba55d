// An assertion on a constructor parameter is checked where the argument is known.
#include <ebpf_model.p4>
header h_t { bit<8> a; }
struct hs_t { h_t h; }
parser P(packet_in p, out hs_t hs) { state start { p.extract(hs.h); transition accept; } }
control Limit(inout hs_t hs)(bit<8> n) {
    apply {
        static_assert(n > 2, "the limit is too small");     // error[E0326]
        hs.h.a = n;
    }
}
control F(inout hs_t hs, out bool ok) {
    Limit(3) large;
    Limit(1) small;
    apply { large.apply(hs); small.apply(hs); ok = true; }
}
ebpfFilter(P(), F()) main;
