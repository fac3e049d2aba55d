//! Objects with more maps than one BPF program may have, as another process finds and controls them. What packets meet is
//! `testdata/packets/v1model_many_tables`.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use p4xdp::backend::Output;
use p4xdp_runtime::Program;
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::program::{Object, compiled, object};
use p4xdp_test_support::{root, space};
use std::sync::Arc;

fn many() -> (Arc<Output>, Object) {
    let output = compiled(&root().join("testdata/packets/v1model_many_tables.p4"));
    let object = object("v1model_many_tables", &output);
    (output, object)
}

#[test]
fn all_maps_are_found_from_the_device() {
    if !privileged() {
        return;
    }
    let (_, object) = many();
    let said = space::script(
        object.path.parent().unwrap(),
        "ip link add d0 index 1000 type veth peer name d1 index 1001; ip link set d0 up; ip link set d1 up
        $P load v1model_many_tables.o 1=d0 >/dev/null
        for table in a0 d5 g9; do
            $P table insert --dev d0 $table 7 ${table}_add 3
            $P table dump --dev d0 $table
            $P counter read --dev d0 ${table}_seen 1 --raw
        done
        $P load v1model_many_tables.o 1=d0 | grep -c kept; $P table dump --dev d0 g9",
    );
    let entry = |table: &str| {
        format!("Ing.{table}\n  headers.sum.key=7 -> Ing.{table}_add(amount=3)\n  default -> NoAction()\n")
    };
    let mut wanted: String = ["a0", "d5", "g9"].map(|table| entry(table) + "0\n").concat();
    // Tables and counters.
    wanted += &format!("140\n{}", entry("g9"));
    assert_eq!(said, wanted);
}

/// No BPF program of the object has more than the kernel allows, though the object has.
#[test]
fn each_program_has_few() {
    if !privileged() {
        return;
    }
    let (output, object) = many();
    assert!(output.manifest.programs.len() > 2, "{:?}", output.manifest.programs);
    let object = p4xdp_runtime::Object::open(&object.path).unwrap();
    assert!(p4xdp_runtime::maps::maps(&object).unwrap().len() > 140);
    let program: Program = load_detached(&object, 0).unwrap();
    assert_eq!(program.tables().unwrap().len(), 70);
}
