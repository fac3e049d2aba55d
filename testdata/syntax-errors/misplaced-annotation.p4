control c(inout bit<8> x) {
    apply {
        @unlikely if (x == 1) {}
        @quick x = 1;
        @a @b return;
    }
}

struct S {
    bit<8> x @behind;
}

@mixed[a = 1, 2]
struct T {}

@unclosed(
struct U {}
