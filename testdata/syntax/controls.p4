// Controls and tables.
control Empty() { apply {} }
control Type<H>(inout H hdr);

control c(inout headers_t hdr, out bit<9> port)(bit<8> size) {
    bit<8> x = 1;
    const bit<8> k = size;
    Empty() empty;
    action drop() { mark = 1; }
    action forward(in bit<8> from, bit<9> to, @name("p") bit<9> port) {
        bit<9> t = to;
        return;
    }
    table t {
        key = {
            hdr.ip.dst : lpm;
            hdr.ip.isValid() : exact @name("valid");
            hdr.ip.src[15:8] & 0xF : ternary;
            { x, k } : selector;
        }
        actions = {
            drop;
            .NoAction;
            forward(hdr.ip.tos);
            @tableonly forward(1, _);
        }
        const default_action = forward(1, 2, port = 3);
        size = 1024 * k;
        implementation = action_profile(32);
        const entries = {
            (1, true, _, default) : drop;
            const priority = 10 : (1 .. 2, _, 3 &&& 5, _) : drop();
            priority = (k + 1) : 4 : forward(1, 2, 3) @name("e");
            priority : drop;
        }
    }
    table keyless {
        key = {}
        actions = {}
        entries = {}
        state = 1;
    }
    apply {
        switch (t.apply().action_run) {
            drop: forward: { exit; }
            default: {}
        }
        if (t.apply().hit) return;
        empty.apply();
        Empty.apply();
    }
}
