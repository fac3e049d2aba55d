#define FIELDS X(a, 1) X(b, 2)
#define X(n, w) bit<w> n;
header h_t { FIELDS }
#undef X
#define X(n, w) h.n = w;
FIELDS
#undef X
#define X(n, w) n ## _ ## w,
{ FIELDS }
