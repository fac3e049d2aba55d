header ethernet_t {
    bit<48> source;
    bit<16> ether_type;
}
control ingress(inout ethernet_t ethernet, in bit<16> kind) {
    action set_kind(bit<16> value) {
        ethernet.ether_typ = vale;
    }
    action skip() {}
    table kinds {
        key = { knd: exact; }
        actions = { set_kind; skip; }
        default_action = skipp;
    }
    apply {
        kinds.aply();
    }
}
parser p(in bit<8> x) {
    state start {
        transition select(x) {
            1: acept;
            default: nxt;
        }
    }
    state next {
        transition reject;
    }
}
