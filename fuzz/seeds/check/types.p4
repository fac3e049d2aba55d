#include <core.p4>
header h { bit<8> a; int<4> b; bit<4> c; varbit<64> v; }
struct g<T> { T x; bit<8> y; }
const int one_more = 2;
enum bit<4> e { one = 1, two = one_more }
extern T pick<T>(in T a, in T b);
control c<T>(inout h x, in T t)(int n) {
    g<bit<8>> v = { x = 1, y = 2 };
    apply {
        v.x = pick(x.a, 3) + (x.b[3:0] ++ 4w1);
        tuple<bit<8>, bool> p = { x.a, true };
        if (p[1] && x.isValid() && e.one == (e) x.c) { x.setInvalid(); return; }
        x.a[7:4] = x.c |+| n; v = (g<bit<8>>) { x = 1, ... };
    }
}
