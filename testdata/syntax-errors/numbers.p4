const bit<8> a = 8w;
const bit<8> b = 0b12;
const bit<8> c = 0x;
const bit<8> d = 12abc;
const bit<8> e = 8w_1;
const bit<8> f = 99999999999w1;
const bit<8> g = 1.5;
