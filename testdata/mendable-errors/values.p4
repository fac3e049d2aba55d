struct S { bit<8> x; bit<8> y; bit<8> z; }
const S a = { x = 1, y = 2 };
const S b = { x = 1, };
action act(inout bit<8> x) {
    x = 1;
    return x;
}
extern Counter { Counter(); void count(); }
control c(inout Counter counter)(in bit<8> n) {
    apply { counter.count(); }
}
