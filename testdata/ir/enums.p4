// elaborate: enums, serialisable enums, errors, new types
#include <core.p4>
enum suit_t { clubs, hearts, spades }
enum bit<4> kind_t { none = 0, some = 3, all = 15 }
enum int<8> sign_t { minus = -1, plus = 1 }
type bit<9> port_t;
error { Odd }
header h_t { kind_t k; bit<4> rest; sign_t s; }
struct s_t { h_t h; suit_t suit; kind_t k; port_t port; error e; bit<8> x; }
parser P(packet_in p, out s_t s);
control C(inout s_t s);
package top(P p, C c);
parser MyP(packet_in p, out s_t s) {
    state start {
        p.extract(s.h);
        verify(s.h.rest != 1, error.Odd);
        s.e = error.NoMatch;
        transition select(s.h.k) { kind_t.some: accept; kind_t.none .. kind_t.all: other; }
    }
    state other { transition select(s.h.s) { sign_t.minus: reject; } }
}
control I(inout s_t s) {
    apply {
        s.suit = s.suit == suit_t.clubs ? suit_t.hearts : suit_t.spades;
        switch (s.suit) { suit_t.clubs: { s.x = 1; } suit_t.hearts: { s.x = 2; } }
        s.k = (kind_t) s.x[3:0];
        s.x = (bit<8>) (bit<4>) s.k + (bit<8>) (int<8>) s.h.s;
        s.port = (port_t) 9w7;
        if (s.e == error.Odd) { s.e = error.NoError; }
    }
}
top(MyP(), I()) main;
