//! The control-plane header of a hand-made manifest: golden text, and what a C and a C++ compiler say of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
use p4xdp_backend_xdp::header::header;
use p4xdp_control::entry::ActionCall;
use p4xdp_control::manifest::cells::Field;
use p4xdp_control::manifest::{
    BpfProgram, CellKind, Cells, DefaultData, Extern, ExternKind, Manifest, Ports, Role, TableLayout, cells,
};
use p4xdp_control::storage::{Array, ByteOrder, Hash, LpmTrie, Place, Storage};
use p4xdp_control::view::{self, Action, ActionParam, Key, MatchKind, Param, Preamble, TableAction, View};
use p4xdp_test_support::needs::{Need, met};
use std::process::Command;

const NEEDS: &[Need] = &[Need::Command("cc"), Need::Command("c++"), Need::File("/usr/include/bpf/bpf.h")];

fn place(offset: u32, size: u32, order: ByteOrder) -> Place {
    Place { offset, size, order }
}

fn number() -> Place {
    place(0, 4, ByteOrder::Host)
}

fn preamble(name: &str) -> Preamble {
    Preamble { name: name.to_owned(), ..Preamble::default() }
}

fn key(name: &str, width: u32, match_kind: MatchKind, place: Place) -> (Key, Place) {
    let documentation = view::Documentation::default();
    (Key { id: 1, param: Param::new(name, width), match_kind, annotations: Vec::new(), documentation }, place)
}

/// A table: its keys, and its actions with the places of their parameters.
fn table(
    name: &str,
    keys: Vec<(Key, Place)>,
    actions: Vec<(usize, Vec<Place>)>,
    storage: Option<Storage>,
    default: Option<DefaultData>,
) -> (view::Table, TableLayout) {
    let (keys, key_places) = keys.into_iter().unzip();
    let (numbers, places): (Vec<usize>, _) = actions.into_iter().unzip();
    let listed = numbers.into_iter().map(|action| TableAction {
        action,
        table_only: false,
        default_only: false,
        annotations: Vec::new(),
    });
    let view = view::Table {
        preamble: preamble(name),
        keys,
        actions: listed.collect(),
        default: ActionCall { action: 0, args: Vec::new() },
        default_is_const: default.is_none(),
        ..view::Table::default()
    };
    let layout = TableLayout {
        size: 1024,
        storage,
        keys: key_places,
        actions: places,
        target: None,
        default,
        direct: None,
    };
    (view, layout)
}

fn cells(map: &str, kind: CellKind, size: u32, param: Param) -> ExternKind {
    ExternKind::Cells(Cells {
        kind,
        map: map.to_owned(),
        per_cpu: kind == CellKind::Counter,
        sparse: false,
        locked: false,
        size,
        base: 0,
        value_size: 8,
        fields: vec![Field::new(param, place(0, 8, ByteOrder::Host))],
    })
}

fn sample() -> Manifest {
    use ByteOrder::{Host, Network};
    let declared = |name: &str, params: Vec<Param>| Action {
        preamble: preamble(name),
        params: params.into_iter().map(|param| ActionParam { param, ..ActionParam::default() }).collect(),
    };
    let routes = table(
        "ingress.ipv4_lpm",
        vec![
            key("meta.vrf", 9, MatchKind::Exact, place(4, 2, Network)),
            key("headers.ipv4.dstAddr", 32, MatchKind::Lpm, place(8, 4, Network)),
        ],
        vec![
            (0, vec![]),
            (1, vec![place(8, 6, Network), place(16, 2, Host), place(24, 8, Host), place(32, 4, Host)]),
        ],
        Some(Storage::LpmTrie(LpmTrie {
            map: "ipv4_lpm".to_owned(),
            key_size: 12,
            value_size: 40,
            action: number(),
            exact_bits: 32,
        })),
        Some(DefaultData {
            section: ".data.default".to_owned(),
            offset: 0,
            size: 40,
            action: number(),
            numbers: Vec::new(),
        }),
    );
    let ports = table(
        "ingress.ports",
        vec![key("port", 9, MatchKind::Exact, place(0, 4, Host))],
        vec![(2, vec![place(4, 1, Host)])],
        Some(Storage::Array(Array { map: "ports".to_owned(), value_size: 8, action: number() })),
        None,
    );
    let hosts = table(
        "ingress.hosts",
        vec![
            key("headers.ipv6.dstAddr", 128, MatchKind::Exact, place(0, 16, Network)),
            key("headers.ipv6.srcAddr", 128, MatchKind::Exact, place(16, 16, Network)),
        ],
        vec![(0, vec![])],
        Some(Storage::Hash(Hash { map: "hosts".to_owned(), key_size: 32, value_size: 4, action: number() })),
        None,
    );
    let fixed = table("ingress.fixed", vec![], vec![(0, vec![])], None, None);
    let (tables, layouts) = [routes, ports, hosts, fixed].into_iter().unzip();
    Manifest {
        frags: false,
        metadata: Vec::new(),
        compiler: "0.0.0".to_owned(),
        source: "router.p4".to_owned(),
        entry: "router".to_owned(),
        programs: vec![BpfProgram { name: "router".to_owned(), role: Role::Entry }],
        kernel: p4xdp_control::kernel::Kernel::BASELINE,
        view: View {
            architecture: "xdp_model".to_owned(),
            actions: vec![
                declared("ingress.drop", vec![]),
                declared(
                    "ingress.forward",
                    vec![
                        Param::new("dst", 48),
                        Param::new("port", 9),
                        Param { signed: true, ..Param::new("delta", 40) },
                        Param { signed: true, ..Param::new("value", 32) },
                    ],
                ),
                declared("ingress.mark", vec![Param::new("register", 3)]),
            ],
            tables,
            ..View::default()
        },
        tables: layouts,
        value_sets: Vec::new(),
        externs: vec![
            Extern {
                name: "ingress.packets".to_owned(),
                extern_type: "CounterArray".to_owned(),
                kind: cells("packets", CellKind::Counter, 11, Param::new(cells::PACKETS, 64)),
            },
            Extern {
                name: "ingress.last".to_owned(),
                extern_type: "register".to_owned(),
                kind: cells("last", CellKind::Register, 16, Param::new("value", 48)),
            },
            Extern {
                name: "ingress.range".to_owned(),
                extern_type: "register".to_owned(),
                kind: ExternKind::Cells(Cells {
                    kind: CellKind::Register,
                    map: "range".to_owned(),
                    per_cpu: false,
                    sparse: false,
                    locked: true,
                    size: 4,
                    base: 0,
                    value_size: 24,
                    fields: vec![
                        Field::new(Param::new("low", 30), place(4, 4, Host)).of("mm").at_least(1),
                        Field::new(Param::new("high", 40), place(16, 8, Host)).of("mm").not_below("low"),
                    ],
                }),
            },
            Extern {
                name: "BPF_PERF_EVENT_OUTPUT".to_owned(),
                extern_type: "BPF_PERF_EVENT_OUTPUT".to_owned(),
                kind: ExternKind::Events {
                    map: "perf_event".to_owned(),
                    fields: vec![(Param::new("length", 32), place(0, 4, Host))],
                },
            },
        ],
        ports: Ports::default(),
        copies: None,
        custom_crcs: Vec::new(),
    }
}

#[test]
fn golden() {
    let text = header(&sample(), "");
    // The part that all headers share stands in a file of its own.
    let own = text.split_once("#endif /* P4XDP_SUPPORT */\n").unwrap().1;
    insta::assert_snapshot!(own);
}

/// Needs libbpf's headers (Debian: libbpf-dev).
#[test]
fn compiles_as_c_and_as_cpp() {
    if !met("compiles_as_c_and_as_cpp", NEEDS) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("router.h"), header(&sample(), "")).unwrap();
    // A second program with the same tables, in the same C file.
    std::fs::write(directory.path().join("edge.h"), header(&sample(), "edge_")).unwrap();
    let user = "#include \"router.h\"\n#include \"router.h\"\n#include \"edge.h\"\nint main(void)\n{\n\
        \tconst __u8 wide[16] = { 0 };\n\
        \tstruct router_maps maps;\n\
        \tstruct edge_router_maps edge;\n\
        \tif (router_open_maps(\"no-such-device\", &maps) != -ENODEV || (int)EDGE_IPV4_LPM_DROP != (int)IPV4_LPM_DROP ||\n\
        \t    edge_router_open_maps(\"no-such-device\", &edge) != -ENODEV || edge_hosts_delete(-1, wide, wide) == 0)\n\
        \t\treturn 1;\n\
        \tstruct range_cell range = { 0, 7 };\n\
        \tif (range_write(-1, 0, &range) != -EINVAL || (range.low = 8, range_write(-1, 0, &range)) != -EINVAL)\n\
        \t\treturn 1;\n\
        \trange.high = 8;\n\
        \tif (range_write(-1, 0, &range) != -EBADF || range_read(-1, 0, &range) != -EBADF)\n\
        \t\treturn 1;\n\
        \tconst __u8 mac[16] = { 1 };\n\
        \treturn ipv4_lpm_insert_forward(-1, 3, 0x0a000000, 8, 0x112233445566ULL, 1, -5, 7) == 0 ||\n\
        \t       hosts_insert_drop(-1, mac, mac) == 0 || p4xdp_array_put(-1, 0, NULL, 8, BPF_EXIST) == 0 || ports_delete(-1, 512) != -ERANGE;\n}\n";
    for (compiler, file, flags) in
        [("cc", "user.c", &["-std=c11", "-D_DEFAULT_SOURCE"][..]), ("c++", "user.cpp", &["-std=c++11"][..])]
    {
        let source = directory.path().join(file);
        std::fs::write(&source, user).unwrap();
        let program = directory.path().join("user");
        let output = Command::new(compiler)
            .args(flags)
            .args(["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-o"])
            .arg(&program)
            .arg(&source)
            .arg("-lbpf")
            .output()
            .unwrap();
        assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(Command::new(&program).status().unwrap().success(), "{compiler}");
    }
    let mut other = sample();
    other.source = "other.p4".to_owned();
    std::fs::write(directory.path().join("other.h"), header(&other, "")).unwrap();
    let source = directory.path().join("clash.c");
    std::fs::write(&source, "#include \"router.h\"\n#include \"other.h\"\n").unwrap();
    let output = Command::new("cc").arg("-fsyntax-only").arg(&source).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().find(|line| line.contains("error")).unwrap();
    assert!(first.contains("other.h") && first.contains("--header-prefix"), "{text}");
}
