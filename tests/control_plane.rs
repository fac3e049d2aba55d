//! What control planes see of a program: ids, names, annotations and documentation, as P4Runtime has them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "it is a test")]

use p4xdp_control::annotation::{AnnotationBody, Literal, find};
use p4xdp_control::entry::KeyMatch;
use p4xdp_control::view::{ExternKind, MatchKind, View};
use p4xdp_midend::control_plane;
use p4xdp_test_support::program::of_text;

/// The view of a program for v1model whose ingress is this, or what is wrong with it.
fn view(ingress: &str) -> Result<View, Vec<String>> {
    let text = format!(
        "#include <core.p4>
        #include <v1model.p4>
        const int LIMIT = 4;
        header h_t {{ bit<8> a; bit<16> b; bit<32> c; }}
        struct H {{ h_t h; }}
        struct M {{}}
        parser P(packet_in p, out H hdr, inout M m, inout standard_metadata_t s) {{
            state start {{ p.extract(hdr.h); transition accept; }}
        }}
        control V(inout H hdr, inout M m) {{ apply {{}} }}
        control I(inout H hdr, inout M m, inout standard_metadata_t s) {{ {ingress} }}
        control E(inout H hdr, inout M m, inout standard_metadata_t s) {{ apply {{}} }}
        control D(packet_out p, in H hdr) {{ apply {{ p.emit(hdr.h); }} }}
        V1Switch(P(), V(), I(), E(), V(), D()) main;"
    );
    let mut compilation = of_text("t", &text);
    let program = compilation.elaborate();
    program.map(|program| control_plane::view(&program)).map_err(|_| {
        let errors = compilation.diagnostics.iter().filter(|found| !found.code.is_warning());
        errors.map(|found| format!("{}: {}", found.code.as_str(), found.message)).collect()
    })
}

#[test]
fn what_a_program_tells() {
    let view = view(
        r#"
        @brief("Counts " ++ "packets") counter(LIMIT * 2, CounterType.packets) seen;
        direct_counter(CounterType.bytes) hits;
        @brief("Sends a packet on") @description("By \"port\".") @weight(1, 2)
        action forward(@id(7) @brief("Where to") bit<9> port, bit<8> mark) {
            s.egress_spec = port; hdr.h.a = mark;
        }
        @id(0x02000011) @scale[factor=LIMIT + 1, exact=true, unit="packets"] @lru
        table routes {
            key = { hdr.h.c: lpm @name("dst") @id(3); hdr.h.a: exact; hdr.h.isValid(): exact; }
            actions = { @tableonly forward; @defaultonly NoAction; }
            counters = hits;
            size = 100;
        }
        table marks {
            key = { hdr.h.b: ternary; hdr.h.a: range; }
            actions = { forward; NoAction; }
            const entries = { (0x10 &&& 0xf0, _): forward(1, 2); (7, 2..4): NoAction(); }
        }
        apply { routes.apply(); marks.apply(); seen.count(1); }
        "#,
    )
    .unwrap();
    let [routes, marks] = view.tables.as_slice() else { panic!("{:?}", view.tables) };
    assert_eq!((routes.name(), routes.preamble.id), ("I.routes", 0x0200_0011));
    assert_eq!(routes.preamble.alias, "routes");
    let names: Vec<String> = routes.preamble.annotations.iter().map(ToString::to_string).collect();
    assert_eq!(names, [r#"@scale[factor=5, exact=true, unit="packets"]"#, "@lru"]);
    let AnnotationBody::Pairs(pairs) = &find(&routes.preamble.annotations, "scale").unwrap().body else {
        panic!()
    };
    assert_eq!(pairs[0], ("factor".into(), Literal::Number("5".into())));
    let keys: Vec<_> =
        routes.keys.iter().map(|key| (key.param.name.as_str(), key.id, key.param.width)).collect();
    assert_eq!(keys, [("dst", 3, 32), ("hdr.h.a", 1, 8), ("hdr.h.isValid()", 2, 1)]);
    assert_eq!(routes.keys[0].match_kind, MatchKind::Lpm);
    let scopes: Vec<_> = routes.actions.iter().map(|it| (it.table_only, it.default_only)).collect();
    assert_eq!(scopes, [(true, false), (false, true)]);
    assert_eq!(routes.actions[0].annotations[0].to_string(), "@tableonly");
    assert_eq!((routes.size, marks.size), (Some(100), None));

    let forward = view.action(routes, 0).unwrap();
    assert_eq!(forward.preamble.name, "I.forward");
    assert_eq!(forward.preamble.documentation.brief.as_deref(), Some("Sends a packet on"));
    assert_eq!(forward.preamble.documentation.description.as_deref(), Some("By \"port\"."));
    assert_eq!(forward.preamble.annotations[0].to_string(), "@weight(1 , 2)");
    let params: Vec<_> = forward.params.iter().map(|it| (it.param.name.as_str(), it.id)).collect();
    assert_eq!(params, [("port", 7), ("mark", 1)]);
    assert_eq!(forward.params[0].documentation.brief.as_deref(), Some("Where to"));
    // As in P4Info that p4c wrote.
    assert_eq!(view.action(routes, 1).unwrap().preamble.id, 21_257_015);

    let priorities: Vec<_> = marks.entries.iter().map(|entry| entry.priority).collect();
    assert_eq!((priorities.as_slice(), marks.entries_are_const), ([Some(2), Some(1)].as_slice(), true));
    let masked = |value: u32, mask: u32| KeyMatch::Masked(value.into(), mask.into());
    assert_eq!(marks.entries[0].keys, [masked(0x10, 0xf0), KeyMatch::Any]);
    assert_eq!(marks.entries[1].keys, [masked(7, 0xffff), KeyMatch::Range(2u8.into(), 4u8.into())]);

    let externs: Vec<_> =
        view.externs.iter().map(|it| (it.preamble.name.as_str(), it.kind, it.table)).collect();
    let wanted = [("I.seen", ExternKind::Counter, None), ("I.hits", ExternKind::DirectCounter, Some(0))];
    assert_eq!(externs, wanted);
    assert_eq!(view.externs[0].preamble.documentation.brief.as_deref(), Some("Counts packets"));
    assert_eq!(view.externs.iter().map(|it| it.preamble.id >> 24).collect::<Vec<_>>(), [0x12, 0x13]);
}

#[test]
fn what_is_wrong_with_ids() {
    let table = |first: &str, second: &str, key: &str| {
        format!(
            "{first} table t {{ key = {{ hdr.h.a: exact {key}; hdr.h.b: exact @id(1); }} actions = {{ NoAction; }} }}
            {second} table u {{ key = {{ hdr.h.a: exact; }} actions = {{ NoAction; }} }}
            apply {{ t.apply(); u.apply(); }}"
        )
    };
    assert!(view(&table("@id(5)", "@id(6)", "@id(2)")).is_ok());
    let cases = [
        (
            table("@id(5)", "@id(0x02000005)", ""),
            "E0407: `I.u` has the id 0x2000005, which `I.t` has as well",
        ),
        (
            table("@id(0x01000005)", "", ""),
            "E0407: 0x1000005 is no id of `I.t`: ids of its kind are 0x02000001 to 0x02ffffff",
        ),
        (table("", "", "@id(1)"), "E0407: the id of `hdr.h.b` is none, or another one of `I.t` has it"),
    ];
    for (ingress, message) in cases {
        assert_eq!(view(&ingress).unwrap_err(), [message]);
    }
}
