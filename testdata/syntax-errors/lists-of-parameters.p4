control c(bit<8> x,) { apply {} }
control d(bit<8>) { apply {} }
control e(bit<8> x bit<8> y) { apply {} }
control f(in out bit<8> x) { apply {} }
const bit<8> x = f(1,);
const bit<8> y = f(1 2);
const bit<8> z = f(, 1);
package P<>(T x);
package P<T>(T x)
