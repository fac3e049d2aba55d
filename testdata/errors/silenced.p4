// What the program says about warnings: each would be given at its place if nobody silenced it.
@noWarn("shadow")
void a(in bit<8> x) { bit<8> x = 1; bit<8> y = 300; }        // warning[W0301]
void b() { @noWarn("overflow") bit<8> x = 300; bit<8> y = 300; } // warning[W0301]
void c() { @noWarn("shadow") { bit<8> x = 300; } @noWarn["overflow"] { bit<8> x = 300; } } // warning[W0301]
parser d() {
    @noWarn("parser_transition") state start { }
    @noWarn("unreachable") state other { transition accept; }
}
@noWarn("unsed") action e() {}                               // warning[W0401]
@noWarn("ordering") action f() {}
@diagnostic("macro-redefined", "disable") action g() {}
@diagnostic("unusedd", "disable") action h() {}              // warning[W0401]
@diagnostic("unused") action i() {}                          // warning[W0402]
@diagnostic("unused", "off") action j() {}                   // warning[W0402]
@pragma diagnostic deprecated error
action k() {}
@deprecated("use k") extern void old();
void l() { old(); }                                          // error[W0305]
