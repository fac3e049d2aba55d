// `main` is an instance of a package.
extern Thing { Thing(); }
const bit<8> main = 3;                          // error[E0402]
