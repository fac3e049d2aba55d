// Arguments that come out in the same place, and some that look so.
header h_t { bit<8> a; bit<16> b; }
struct s_t { h_t one; h_t two; h_t[4] stack; bit<8> i; }

extern void pair<T, U>(out T x, inout U y);
extern void three(out bit<8> x, out bit<8> y, out bit<8> z);

control c(inout s_t s) {
    bit<8> v = 0;
    bit<8> w = 0;
    apply {
        pair(v, v);                           // warning[W0319]
        pair(v, w);
        pair(s.one, s.one.a);                 // warning[W0319]
        pair(s.one.a, s.one);                 // warning[W0319]
        pair(s, s.stack[1].b);                // warning[W0319]
        pair(s.one.a, s.two.a);
        pair(s.one, s.two);
        pair(s.stack[1], s.stack[1].a);       // warning[W0319]
        pair(s.stack[1], s.stack[2]);
        pair(s.stack, s.stack[s.i]);          // warning[W0319]
        pair(s.stack[s.i], s.stack[1]);
        pair(s.one.b[7:0], s.one.b[15:8]);
        pair(s.one.b[8:0], s.one.b[15:8]);    // warning[W0319]
        pair(s.one.b[8:0], s.one.b);          // warning[W0319]
        pair(s.one.b, s.one.b[8:8]);          // warning[W0319]
        pair(s.one.b[15:8][7:4], s.one.b[15:8][3:0]);
        pair(s.one.b[15:8][7:4], s.one.b[13:12]); // warning[W0319]
        three(v, w, s.one.a);
        three(v, s.one.a, v);                 // warning[W0319]
    }
}

control ctrl(inout s_t s);
package top(ctrl c);
top(c()) main;
