// A `type` can be compared, and cast to and from its original type; nothing else.
type bit<8> Port;
type Port Uplink;
enum bit<8> Level { Low = 1 }
bit<16> a(in Port p) { return (bit<16>)p; }                  // error[E0305]
int<8> b(in Port p) { return (int<8>)p; }                    // error[E0305]
bit<8> c(in Uplink u) { return (bit<8>)u; }                  // error[E0305]
Uplink d(in bit<8> x) { return (Uplink)x; }                  // error[E0305]
Port e(in Port p) { return p + p; }                          // error[E0302]
bool f(in Port p) { return p < p; }                          // error[E0302]
bool g(in Port p, in bit<8> x) { return p == x; }            // error[E0302]
bit<1> h(in Port p) { return p[0:0]; }                       // error[E0302]
bit<16> i(in Port p) { return p ++ p; }                      // error[E0302]
Level j(in bit<8> x) { return x; }                           // error[E0301]
Level k() { return Level.Low + 1; }                          // error[E0301]
