// Types and values: everything that is known at compile time becomes a literal.
error { NoError, PacketTooShort }
match_kind { exact, lpm }
typedef bit<48> Mac;
type bit<9> Port;
enum Color { Red, Green }
enum bit<16> EtherType { Vlan = 0x8100, Ipv4 = 0x800 }
header Ethernet { Mac dst; Mac src; EtherType type; }
header Options { varbit<320> data; }
header_union Either { Ethernet e; Options o; }
struct Pair<A, B> { A first; B second; }
struct Headers { Ethernet ethernet; Ethernet[3] stack; Pair<bit<8>, bool> pair; Either either; }

const bit<8> wrapped = 8w1 - 2;
const int big = 1 << 100;
const bit<128> masked = (bit<128>)(big | 1);
const EtherType vlan = EtherType.Vlan;
const bit<16> vlan_value = EtherType.Vlan;
const Port cpu = (Port)511;
const Pair<bit<8>, bool> pair = { 1, true };
const bool second = pair.second;
const tuple<bit<8>, bit<16>> both = { 1, 2 };
const bit<16> of_both = both[1];
const string text = "a" ++ "b";
const Color color = Color.Green;
const int size = Ethernet.minSizeInBytes() + both.maxSizeInBits();
const Ethernet partial = { dst = 1, ... };
const bit<8> shifted = (8w1 << 3) |+| 250;
const int<8> negative = -5;

bit<32> operators(in bit<32> x, in int<8> y, in bool b, inout bit<32> z) {
    bit<32> r = b ? x : 0;
    r[7:0] = (bit<8>)y;
    r = r ++ x[3:0] != 0 ? x / 2 : x % 3;
    z += 1;
    z <<= 2;
    if (x[4 +: 4] == 1 && !b || y < -1) {
        return r << x[7:0];
    }
    for (bit<8> i in 0 .. 3) {
        if (i == 2) continue;
        r = r + (bit<32>)i;
    }
    for (bit<8> i = 0; i < 4; i = i + 1) { break; }
    for (bit<8> i in { 1, 2 }) { r = r ^ (bit<32>)i; }
    switch (x) {
        1:
        2: { return 1; }
        default: {}
    }
    return r;
}
