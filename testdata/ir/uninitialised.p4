// elaborate, with storage: what is not initialised is zero, and invalid, where it is declared and in out parameters
#include <core.p4>
header h_t { bit<8> a; varbit<16> v; }
header_union u_t { h_t h; }
enum e_t { one, two }
struct in_t { bit<8> x; bool b; e_t e; error err; h_t h; h_t[2] st; u_t u; }
struct s_t { bit<8> x; h_t h; }
control C(inout s_t s);
package top(C c);
bit<8> nothing(out in_t made, out bit<8> x) { if (x == 1) { return 7; } return 0; }
control I(inout s_t s) {
    in_t of_control;
    apply {
        in_t local;
        if (s.x == 1) { bit<8> inner; s.x = inner; }
        s.x = nothing(local, s.x) + local.x;
        s.h = of_control.h;
        in_t rest = { x = 1, ... };
        s.h = rest.st[0];
    }
}
top(I()) main;
