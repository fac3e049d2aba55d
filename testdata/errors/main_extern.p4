// `main` is an instance of a package, and of nothing else.
extern Thing { Thing(); }
Thing() main;                                   // error[E0402]
