#include <core.p4>
const bit<8> a = true; const bit<8> b = c; const bit<4> d = 300; const int e = 1 / 0;
struct s { s f; bit<8> f; } typedef undefined t;
control k(out bit<8> x) { action q() { } table t { actions = { q; q; nothing; } key = { x: wrong; } }
  apply { x = x.y; k.apply(); t.apply(1); return 3; foo(bar); bit<8> unused; x[0] = x; } }
parser p() { state start { transition nowhere; } state start { } }
