// Annotations in every place that admits them, in all three forms.
@pkginfo[name = "demo", version = 0x10, list = { 1, 2 },]
@empty @text("a (nested) \"string\"", 8w1 + b)
@list[1, "two", c.d]
@no_elements[]
const bit<8> c = 1;

@pragma deprecated "use `d` instead"
extern E {
    @constructor E(@optional in bit<8> a);
    @abstract("yes") abstract void f();
}

struct S {
    @field bit<8> x;
    @match(ternary) @brief("y")
    bit<8> y;
}

@control @if @in(>> << &&& ... .. |+| { } [ ] ; @ ?)
control ctrl(@param inout S s) {
    @action
    action a() {}
    @name("t") table t {
        key = { s.x : exact @name("x") @format(hex); s.y : ternary; }
        actions = { @tableonly a; @defaultonly NoAction(); }
        @hidden const entries = { (1, _) : a() @priority(3); }
        @custom size = 10;
    }
    @instance E(1) e;
    @variable bit<8> v = 1;
    apply @block {
        @variable bit<8> w;
        @constant const bit<8> k = 1;
        @inner { w = k; }
        if (w == 1) @then { w = 2; } else @else_ { w = 3; }
        @unroll for (@i bit<8> i in 0 .. 3) @body { w = i; }
        switch (w) {
            1: @one { }
        }
    }
}

@parser
parser p(packet_in b) {
    @local bit<8> x;
    @value_set value_set<bit<8>>(4) vs;
    @state state start {
        @block { x = 1; }
        transition accept;
    }
}
action reset() @fast { }
bit<8> zero() @fast @pure { return 0; }
