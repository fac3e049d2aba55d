const int x = 1 + 2 * 3 - -4 << 5 >> 6 ++ 7;
const bool y = (a < b) == !(c >= d) && e || ~f != g;
const s z = { a = 1, b = { 2, ... }, c = {#} };
const t w = (bit<8>) x ? .q[7:0][3] : f<bit<8>>(x, y = _).z[1 +: 2];
@a(b (c) [d]) @e[f = 1, g = "h"] @i[1, 2] const int v = 0xF_F + 0b1 + 8s127 + 2w3 |+| 1 |-| 2;
