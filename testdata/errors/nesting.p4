// What types may be made of (section "Type nesting rules"), and where values of a type may exist.
error { NoError }
match_kind { exact }
header Vlan { bit<3> priority; bit<13> id; }
struct Padding { varbit<24> rest; }
struct Verdict { error reason; }
enum Shape { Round, Square }
struct Look { Shape shape; }
extern Meter { Meter(); }
parser Front();
header A { Padding padding; }                                // error[E0310]
header B { Verdict verdict; }                                // error[E0310]
header C { Look look; }                                      // error[E0310]
header D { Shape[2] shapes; }                                // error[E0310]
header E { Vlan[2] tags; }                                   // error[E0310]
header F { tuple<bit<8>> pair; }                             // error[E0310]
header_union G { Vlan[2] tags; }                             // error[E0310]
header_union H { Look look; }                                // error[E0310]
struct I { match_kind kind; }                                // error[E0310]
struct J { Meter meter; }                                    // error[E0310]
struct K { list<bit<8>> numbers; }                           // error[E0310]
typedef tuple<Meter> L;                                      // error[E0310]
typedef error[4] M;                                          // error[E0310]
typedef tuple<bit<8>>[4] N;                                  // error[E0310]
typedef Vlan[2][3] O;                                        // error[E0310]
extern P { P(list<bit<8>[2]> rows); }                        // error[E0310]
extern Q { Q(list<Meter> meters); }                          // error[E0310]
typedef string S;                                            // error[E0310]
type Vlan T;                                                 // error[E0310]
type varbit<8> U;                                            // error[E0310]
extern void v(in int x);                                     // error[E0310]
extern void w(out string x);                                 // error[E0310]
string x() { return "x"; }                                   // error[E0310]
void y(Front z) {}                                           // error[E0310]
parser Sets(in bool flag, in Shape shape, in error reason, in bit<16> key) {
    value_set<bool>(4) flags;                                // error[E0310]
    value_set<Shape>(4) shapes;                              // error[E0310]
    value_set<Vlan>(4) tags;                                 // error[E0310]
    state start {
        transition select(reason) { _: accept; }             // error[E0338]
    }
}
void switches(in bool flag) {
    switch (flag) { true: {} }                               // error[E0338]
    switch (3) { 3: {} }                                     // error[E0338]
}
