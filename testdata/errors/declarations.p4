// Parameters, methods, structure-valued expressions and annotations.
action a(bit<8> x, inout bit<8> y) { y = x; }                // error[E0327]
control b()(in bit<8> x) { apply {} }                        // error[E0327]
extern void c(@optional in bit<8> x = 1);                    // error[E0328]
extern void d(out bit<8> x = 1);                             // error[E0328]
extern E { E(); abstract bit<8> f(in bit<8> x); }
control g() { E() e; apply {} }                              // error[E0323]
control h() {
    E() e = {                                                // error[E0323]
        bit<8> f(inout bit<8> x) { return x; }
    };
    apply {}
}
extern N { N(); void f(in bit<8> x); }
control nothing_to_implement() {
    N() n = {                                                // error[E0323]
        void f(in bit<8> x) {}
    };
    apply {}
}
extern F { F(); int f(in bit<8> x); void f(in bit<8> x); }   // error[E0310] error[E0202]
struct S { bit<8> x; bit<8> y; }
const S i = { 1 };                                           // error[E0324]
const S j = { x = 1 };                                       // error[E0324]
const S k = { x = 1, x = 2, y = 3 };                         // error[E0324]
const S l = { x = 1, z = 2 };                                // error[E0204]
@size[x = 1, x = 2] const bit<8> m = 1;                      // error[E0333]
@name(4) const bit<8> n = 1;                                 // error[E0333]
const bit<8> o = 300;                                        // warning[W0301]
bit<8> p(in bit<8> x) { return x << 8; }                     // warning[W0302]
@shape[8w1] const bit<8> q = 1;                              // error[E0333]
@name const bit<8> r = 1;                                    // error[E0333]
@name("s") @name("t") const bit<8> s = 1;                    // error[E0333]
@hidden @hidden const bit<8> t = 1;                          // error[E0333]
@hidden("u") const bit<8> u = 1;                             // error[E0333]
action v() @once[1] @once[2] {}                              // error[E0333]
@pkginfo(name = "w", version = "1", name = "w") const bit<8> w = 1;                // error[E0333]
@pkginfo(url = "x") @platform_property(y = 1) @pkginfo(url = "x") const bit<8> x = 1;  // error[E0333]
struct lists_t {
    @field_list(1, missing)                                  // error[E0201]
    bit<8> a;
    @field_list(true)                                        // error[E0333]
    bit<8> b;
    @field_list(;)                                           // error[E0333]
    bit<8> c;
}
