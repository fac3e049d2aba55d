typedef _Bool bool;
enum { false, true };
