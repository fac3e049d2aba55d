header h_t {
    bit<8> a;
}
struct headers {
    h_t one;
    h_t[2] stack;
}
control c(inout headers h, out bit<8> x) {
    apply {
        x = 0;
        if (h.one.valid) { x = 1; }
        if (h.one.isValid) { x = 2; }
        if (h.one.valid()) { x = 3; }
        if (!h.stack[1].is_valid) { x = 4; }
        if (valid(h.one) && !valid(h.stack[0])) { x = 5; }
        add_header(h.one);
        remove_header(h.stack[1]);
    }
}
