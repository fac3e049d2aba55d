// Externs, functions, packages, instances.
extern packet_in;
extern packet_in {
    void extract<T>(out T header_);
    void extract<T>(out T header_, in bit<32> size);
    T lookahead<T>();
    bit<32> length();
}
extern Counter<I> {
    Counter(bit<32> size = 1024, @optional bool big);
    Counter();
    void count(in I index);
    abstract bit<8> pick(inout bit<8> x);
    T type<T>(in T key = 1);
}
extern void log(string s);
extern T max<T>(in T a, in T b);
extern bit<(8 * 2)> wide();

bit<8> twice(in bit<8> x) { return x + x; }
T same<T>(in T x) { return x; }
void nothing() {}

parser P<H>(packet_in b, out H h);
control C<H, M>(inout H h, inout M m);
package Switch<H, M>(P<H> p, C<H, M> c, @optional C<H, _> d, bit<8> n = 4);
package Generic<T>(T x = {});

Counter<bit<32>>(1024) counter;
Counter<bit<8>>(size = 4, big = true) named = {
    bit<8> pick(inout bit<8> x) { return x; }
    @inner Counter<bit<8>>() other;
};
Switch(MyParser(), MyControl(1), _, n = 3) main;
;;
