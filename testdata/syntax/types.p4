// Type declarations and all types that can be written.
typedef bit<8> byte;
typedef byte[4] quad;
typedef bit<16> pair[2];
type byte Port;
typedef struct Inner { byte b; } Outer;

const int W = 8;
header H {
    bit b;
    bit<(W + 1)> computed;
    bit<W> named;
    int<16> signed;
    varbit<320> options;
    varbit<(W * 4)> more;
    bool flag;
    .byte absolute;
}
header Empty {}
header Generic<T> { T value; }
header_union U { H h; Empty e; }
struct Stacks {
    H[4] before;
    H behind[W - 1];
    Generic<bit<8>>[2][3] nested;
    U[2] unions;
}
struct Types<T, O> {
    T t;
    tuple<bit<8>, T, tuple<>> pair;
    list<tuple<T, O>> all;
    error e;
    string s;
    int i;
    match_kind k;
    Types<Types<T, O>, bit<8>> deep;
}
enum Colour { red, green, blue, }
enum bit<8> Kind { a = 1, b = 8w2 + 1, c = W }
enum byte Named { one = 1, }
error { First, Second }
match_kind { exact, lpm, }
