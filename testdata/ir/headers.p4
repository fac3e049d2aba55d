// elaborate: headers, stacks, unions and structs as values
#include <core.p4>
header h_t { bit<8> a; bit<8> b; }
header g_t { bit<16> c; }
header_union u_t { h_t h; g_t g; }
struct in_t { bit<8> m; bit<8> n; }
struct s_t { h_t x; h_t y; h_t[2] st; h_t[2] tt; u_t u; u_t w; u_t[2] us; in_t i; bit<1> k; bit<8> z; }
control C(inout s_t s, packet_out p);
package top(C c);
control I(inout s_t s, packet_out p) {
    apply {
        s.x = { s.x.b, s.x.a };
        s.i = { s.i.n, s.i.m };
        s.y = s.x;
        s.st = s.tt;
        s.u = s.w;
        s.u.h = s.x;
        s.u.g = { 3 };
        s.u.g.setInvalid();
        s.st.push_front(1);
        s.us.pop_front(1);
        s.st[s.k].a = s.st[s.k ^ 1].b;
        s.us[s.k].h.setValid();
        s.y = (h_t) {#};
        if (s.x == s.y && s.i == { 1, 2 } && s.u != s.w && s.st == s.tt) { s.z = 1; }
        if (s.u.isValid()) { s.z = 2; }
        s.z[s.i.m +: 2] = 1;
        p.emit(s.x); p.emit(s.st); p.emit(s.u); p.emit(s.us);
    }
}
top(I()) main;
