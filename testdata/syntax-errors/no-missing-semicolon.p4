// Where a `;` would fit by the grammar, but something else is wrong.
const bit<8> a = 1 2;
const bit<8> b = 1 "text";
extern void f(in bit<8> x) { }
control c(inout bit<8> x, in bit<8> y) {
    apply {
        x = y mod 2;
        x = y z;
        x = y in z;
        unsigned int v = 1;
        if (x == 1 and y == 2) { x = 1; }
        x = x and y;
        x = x
            or y;
        x = 1 { x = 2; }
    }
}
