// What does not fit is found at what it must fit, where that is the user's own: the key of a `select`, the value of a
// `switch`, the parameter of a package, the field of a generic type.
parser keys(in bit<8> x, in bit<4> y) {
    state start {
        transition select(x) {                                    // error[E0301]
            4w1: accept;
            default: next;
        }
    }
    state next {
        transition select(x, y) {                                 // error[E0321]
            (1, 2, 3): accept;
            default: masks;
        }
    }
    state masks {
        transition select(x) {
            8w1 &&& 4w1: accept;                                  // error[E0301]
            default: reject;
        }
    }
}
void switches(in bit<8> x) {
    switch (x) {                                                  // error[E0301]
        true: {}
    }
    switch (x) {                                                  // error[E0315]
        default: {}
        default: {}
    }
}
control C(inout bit<8> x);
package P(C c);                                                   // error[E0301]
control wrong(in bit<8> x) { apply {} }
P(wrong()) mismatched;
package none();                                                   // error[E0307]
none(wrong()) too_many;
header H<T> { T t; }                                              // error[E0310]
const H<string> h = { "text" };
extern E<T> { E(); void m(in T t); }                              // error[E0310]
control e() { E<string>() o; apply {} }
extern void f<T>(in T data);                                      // error[E0310]
void strings() { f("text"); }
// A declaration that cannot be is told after its uses.
void later() {
    list<bit<8>> numbers = { 1, 2 };                              // error[E0310]
    bit<8> x = numbers[0];                                        // error[E0302]
}
