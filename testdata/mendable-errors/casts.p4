const bit<16> wide = 8w1 + 8w2;
const bit<16> from_signed = (bit<16>)8s1;
extern void log<T>(in T value);
bit<8> low(in bit<16> x) {
    bit<8> y = x;
    log(1);
    return (y);
}
parser p(in bit<16> x) {
    state start {
        transition select(x) {
            8w1: accept;
            default: reject;
        }
    }
}
