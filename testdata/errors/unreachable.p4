// Statements that control never gets to.
bit<8> f(in bit<8> a) {
    if (a == 1) { return 1; } else { return 2; }
    return 3;                                                // warning[W0310]
}
control c(inout bit<8> a) {
    action b() { exit; a = 2; a = 3; }                       // warning[W0310]
    apply {
        for (bit<8> i in 8w0 .. 3) {
            if (i == a) { break; a = 1; }                    // warning[W0310]
            continue;
            { a = 2; }                                       // warning[W0310]
        }
        switch (a) {
            1: { return; }
            default: { b(); exit; }
        }
        a = f(a);                                            // warning[W0310]
    }
}
