// Properties, keys, actions and entries of tables.
match_kind { exact, lpm, ternary }
action a() {}
action b(in bit<8> x, bit<8> y) {}
control c0(in bit<8> k) {
    table t0 { key = { k: exact; } }                         // error[E0319]
    table t1 { actions = { a; } }                            // error[E0319]
    table t2 { actions = { a; } default_action = a; size = 1; size = 2; } // error[E0319]
    table t3 { default_action = a; actions = { a; } }        // error[E0319]
    table t4 { actions = { a; a; } default_action = a; }     // error[E0320]
    table t5 { actions = { b; } default_action = b(k, 1); }  // error[E0307]
    table t6 { actions = { a; b(k); } default_action = b(1, 1); } // error[E0320]
    table t7 { actions = { a; @tableonly b(k); } default_action = b(k, 1); } // error[E0320]
    table t8 { actions = { a; } default_action = a; entries = { _: a; } } // error[E0319]
    table t9 { key = { k: near; } actions = { a; } default_action = a; } // error[E0201]
    table ta { key = { "s": exact; } actions = { a; } default_action = a; } // error[E0332]
    table tb {
        key = { k: lpm; }
        actions = { a; }
        default_action = a;
        const entries = {
            1 &&& 0x0f: a;                                   // error[E0321]
            (1, 2): a;                                       // error[E0321]
            k: a;                                            // error[E0303]
        }
    }
    table tc {
        key = { k: exact; }                                  // error[E0337]
        actions = { a; }
        default_action = a;
        entries = {
            priority = 1: 1: a;
        }
    }
    table td { key = { k: ternary; } actions = { a; } default_action = a; size = k; } // error[E0303]
    table te { key = { k + 1: exact; } actions = { a; } default_action = a; } // error[E0335]
    table tf { key = { (bit<4>)k: exact @name("low"); k & 0xF: exact; k[3:0]: exact; } actions = { a; } default_action = a; }
    table tg { key = { ~k: exact @hidden; } actions = { a; } default_action = a; }
    table ti { key = { k: exact; } actions = { a; } default_action = a; size = -1; } // error[E0304]
    table tj { key = { k: exact @name["a" ++ "b"]; } actions = { a; } default_action = a; }
    table tk { key = { k: exact @name[1]; } actions = { a; } default_action = a; } // error[E0333]
    table tl { key = { k: exact @name[a = "b"]; } actions = { a; } default_action = a; } // error[E0333]
    // A property of an architecture may name an action, as the default action does.
    table tm { actions = { a; b(k); } default_action = a; psa_empty_group_action = b(k, 1); }
    table tn { actions = { a; } default_action = a; psa_empty_group_action = b(k, 1); } // error[E0320]
    table to { actions = { a; b(k); } default_action = a; psa_empty_group_action = b(k, k); } // error[E0303]
    @hidden table th { key = { ~k: exact; } actions = { a; } default_action = a; }
    apply {}
}
