// Expressions. Precedence has unit tests of its own; here is one of each kind.
typedef bit<8> T;
const T literals = { 10, 0x1F, 8w0b1010_0101, 4s7, 0o17, 0d9, 16w0xAB_CD, true, false, "a \"b\" \\ \n", {#}, ... };
const T names = { x, .x, this, error.NoError, Kind.a, apply, key, type, priority };
const T unary = { -x, +x, !x, ~x, - -x, !!x, -x[1], ~(x) };
const T binary = a + b - c * d / e % f |+| g |-| h ++ i << j >> k & l ^ m | n;
const T logical = a < b && c <= d || e > f && g >= h == i != j;
const T ternary = a ? b : c ? d : e;
const T casts = { (bit<8>) x, (T) -x, (v) -x, (int<8>) (T) x, (S<T>) { a = 1 }, (T[2]) { 1, 2 }, (list<T>) {} };
const T access = { a.b.c, a[1], a[7:0], a[i +: 4], a[i + : 4], h.stack.last.x, m.apply().hit };
const T calls = { f(), f(1, _, n = 2), f<T>(x), f<T, S<S<T>>>(x), a.m<_>(x), S<T>(1), C<T>.apply(x), .g(x) };
const T lists = { {}, {1}, {1,}, {1, ...}, {a = 1}, {a = 1,}, {a = 1, ...}, { { {} }, {a = {b = 1}} } };
const T widths = (bit<8 + 8>) x ++ (bit<(a > b ? 8 : 16)>) y ++ (int<W>) z ++ (varbit<f(8)>) w;
const T generic = f(a < b, c > (d));
const T generic_types = f(a<T, T>(d));
const T strings = "one" ++ ("two" ++ "three");
