// elaborate: arithmetic of all kinds, from 1 to 2048 bits, signed and unsigned
#include <core.p4>
struct s_t { bit<1> one; int<8> i; bit<8> b; bit<13> odd; bit<128> wide; int<65> j; bit<2048> widest; int<2048> signed; bool c; bit<3> n; }
control C(inout s_t s);
package top(C c);
control I(inout s_t s) {
    apply {
        s.b = s.b + 1 - s.b * 3;
        s.b = s.b / 5 % 3;
        s.b = s.b |+| 200 |-| 7;
        s.i = s.i |+| 100 |-| -128;
        s.i = -s.i;
        s.one = s.one + 1;
        s.odd = ~s.odd & 13w0x155 | s.odd ^ 1;
        s.odd[7:4] = s.odd[3:0];
        s.b = s.wide[70:63];
        s.odd = s.b[4:0] ++ s.b;
        s.wide = s.wide << 64 >> s.n;
        s.j = s.j >> 64;
        s.widest = s.widest * s.widest + 2048w1;
        s.widest[2047:2040] = s.b;
        s.signed = -s.signed >> 2047;
        s.signed = (int<2048>) s.i;
        s.j = (int<65>) (int<8>) s.b;
        s.b = (bit<8>) s.widest;
        s.c = s.signed < 0 && s.widest >= 1 && s.i <= -1;
        s.b = (bit<1>) s.c ++ 7w0;
        s.b[s.n +: 2] = s.odd[s.n +: 2];
        s.b |+|= 3;
    }
}
top(I()) main;
