// Values that lose bits on their way; a cast says that they may.
const bit<8> A = 300;                                        // warning[W0301]
const bit<8> B = (bit<8>)300;
const bit<8> C = -1;                                         // warning[W0301]
const int<8> D = 8s128;                                      // warning[W0301]
const int<8> E = -8s128;
const int<8> F = -128;
const bit<8> G = A << 8;                                     // warning[W0302]
