@pragma x y
const bit<8> c = 8w255;
typedef bit<(4 + 4)> byte;
type bit<9> port;
error { A, B }
match_kind { m }
enum e { a, b }
enum bit<8> f { a = 1, b = 2 }
header h<T> { @name("q") T x; varbit<32> v; }
header_union u { h<bit<8>> a; }
struct s { h<bit<8>>[4] stack; tuple<bit<1>, bool> t; list<int<3>> l; }
extern bit<8> g(in bit<8> x, out bool y, @optional int z = 3);
extern obj<T> { obj(T x); abstract void m(); @pure T n<U>(U u); }
parser P(packet p); control C<T>(inout T t); package Q<T>(C<T> c, @optional bit<8> d);
bit<8> k(in bit<8> x) { return x; }
