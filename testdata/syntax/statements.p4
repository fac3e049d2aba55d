// Statements.
bit<8> f(inout bit<8> x, inout S s) {
    ;
    {}
    bit<8> y;
    bit<8>[4] stack;
    S[2] more = { {#}, ... };
    bit<8> array[3][2];
    const bit<8> k = 1;
    x = y;
    x += 1; x -= 1; x *= 2; x /= 2; x %= 2; x <<= 1; x >>= 1; x &= 1; x |= 1; x ^= 1; x |+|= 1; x |-|= 1;
    s.a.b[3].c[7:0] = 1;
    s.a[i +: 4] = 2;
    (s.a) = 3;
    .top = 4;
    this.x = 5;
    g(); .g(); s.m(x, _); s.m<bit<8>, _>(a = 1, b = _);
    if (x == 1) x = 2;
    if (x == 1) { } else if (x == 2) ; else return x;
    if (a) if (b) x = 1; else x = 2;
    for (bit<8> i = 0; i < 4; i = i + 1) { continue; }
    for (bit<8> i = 0, x = 1, y[1] = 2; i < 4; i += 1, x -= 1, g()) break;
    for (; x < 4; ) {}
    for (bit<8> i in 1 .. x + 3) {}
    for (H h in s.stack) h.setValid();
    for (tuple<bit<8>> t in (list<tuple<bit<8>>>) { {1} }) {}
    switch (x) {
        1: 2: { x = 1; }
        3 + 4: {}
        f(x): a.b: {}
        (5): {}
        default: {}
    }
    switch (t.apply().action_run) {}
    return;
    return x + 1;
    exit;
}
