// An entry's priority would be too large for any control plane.
#include <ebpf_model.p4>
header h_t { bit<8> a; }
struct hs_t { h_t h; }
parser P(packet_in p, out hs_t hs) { state start { p.extract(hs.h); transition accept; } }
control F(inout hs_t hs, out bool ok) {
    table t {
        key = { hs.h.a : ternary; }
        actions = { NoAction; }
        priority_delta = 10; largest_priority_wins = false;
        entries = {
            priority = 18446744073709551615: 1 &&& 3 : NoAction();
            2 &&& 3 : NoAction();               // error[E0404]
        }
    }
    apply { t.apply(); ok = true; }
}
ebpfFilter(P(), F()) main;
