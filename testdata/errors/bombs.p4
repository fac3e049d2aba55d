// Types, numbers and strings that double at each step are refused before they fill the memory.
struct S0 { bit<8> a; bit<8> b; }
struct S1 { S0 a; S0 b; }
struct S2 { S1 a; S1 b; }
struct S3 { S2 a; S2 b; }
struct S4 { S3 a; S3 b; }
struct S5 { S4 a; S4 b; }
struct S6 { S5 a; S5 b; }
struct S7 { S6 a; S6 b; }
struct S8 { S7 a; S7 b; }
struct S9 { S8 a; S8 b; }
struct S10 { S9 a; S9 b; }
struct S11 { S10 a; S10 b; }
struct S12 { S11 a; S11 b; }
struct S13 { S12 a; S12 b; }
struct S14 { S13 a; S13 b; }
struct S15 { S14 a; S14 b; } // error[E0304]
struct S16 { S15 a; S15 b; }
struct S17 { S16 a; S16 b; }
const int i0 = 3;
const int i1 = i0 * i0;
const int i2 = i1 * i1;
const int i3 = i2 * i2;
const int i4 = i3 * i3;
const int i5 = i4 * i4;
const int i6 = i5 * i5;
const int i7 = i6 * i6;
const int i8 = i7 * i7;
const int i9 = i8 * i8;
const int i10 = i9 * i9;
const int i11 = i10 * i10;
const int i12 = i11 * i11;
const int i13 = i12 * i12;
const int i14 = i13 * i13;
const int i15 = i14 * i14;
const int i16 = i15 * i15;
const int i17 = i16 * i16;
const int i18 = i17 * i17; // error[E0325]
const int i19 = i18 * i18;
const bit<1> y = 4000000000w1[0:0]; // error[E0304]
const bit<1> z = 1[4000000000:0]; // error[E0312]
