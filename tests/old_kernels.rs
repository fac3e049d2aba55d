//! What older kernels (5.15, 6.1) are particular about, read from the instructions, since not every machine has such a kernel:
//!
//! - they know the bound of a table's index only where nothing stands between the mask and its use;
//! - they follow both ways of each jump to the end, where newer ones see that the ways have become alike.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget};
use p4xdp::backend::clang::Clang;
use p4xdp_test_support::program::{compiled, object_by};
use p4xdp_test_support::root;
use std::collections::BTreeSet;
use std::path::Path;

/// What is known of a register, as an old verifier would.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    Table,
    Bounded,
    Nothing,
}

/// Those that there are.
fn clangs() -> Vec<Clang> {
    let named =
        ["clang-14", "clang-16", "clang-19"].iter().filter_map(|c| Clang::find(Some(Path::new(c))).ok());
    std::iter::once(Clang::find(None).unwrap()).chain(named).collect()
}

/// Compiles a program with each clang and looks at the objects; the version of the clang is for messages.
fn each_object(program: &str, look: impl Fn(&object::File<'_>, u32)) {
    let path = root().join(program);
    let output = compiled(&path);
    for clang in clangs() {
        let object = object_by(&clang, path.file_stem().unwrap().to_str().unwrap(), &output);
        let bytes = std::fs::read(&object.path).unwrap();
        look(&object::File::parse(&*bytes).unwrap(), clang.version);
    }
}

#[test]
fn operators_of_128_bits_do_not_jump() {
    each_object("testdata/packets/operators_128.p4", |file, version| {
        let code = file.section_by_name("xdp").unwrap().data().unwrap().to_vec();
        let jumps = code.chunks(8).filter(|i| is_jump(i[0]) && i[0] != 0x05).count();
        // Bounds of the packet, the choice between two numbers, two tests for equality, and the verdict.
        assert!(jumps <= 12, "clang {version}: {jumps} jumps");
    });
}

fn is_jump(code: u8) -> bool {
    matches!(code & 7, 5 | 6) && !matches!(code, 0x85 | 0x95)
}

#[test]
fn indices_of_crc_tables_are_masked_where_they_are_used() {
    indices_are_masked("testdata/generated/crc_tables.p4", ".rodata", 8);
    // Which of the descriptions it is, and a byte; the head is reached without a byte.
    indices_are_masked("testdata/generated/custom_crcs.p4", ".data.crc", 12);
}

/// Indices of tables in sections that are called so, and how many there are at least.
fn indices_are_masked(program: &str, tables_in: &str, least: usize) {
    each_object(program, |file, version| {
        let section = file.section_by_name("xdp").unwrap();
        let tables: BTreeSet<u64> = section
            .relocations()
            .filter(|(_, relocation)| {
                let RelocationTarget::Symbol(symbol) = relocation.target() else { return false };
                let symbol = file.symbol_by_index(symbol).unwrap();
                let index = symbol.section_index();
                index
                    .is_some_and(|i| file.section_by_index(i).unwrap().name().unwrap().starts_with(tables_in))
            })
            .map(|(at, _)| at / 8)
            .collect();
        let uses = check(section.data().unwrap(), &tables, version);
        assert!(uses >= least, "clang {version}: only {uses} indices found");
    });
}

/// Walks over the instructions, asserts that each index is bounded where it is added to a table, and counts them.
fn check(code: &[u8], tables: &BTreeSet<u64>, version: u32) -> usize {
    let instructions: Vec<&[u8]> = code.chunks(8).collect();
    let offset = |i: &[u8]| i64::from(i16::from_le_bytes([i[2], i[3]]));
    let targets: BTreeSet<i64> =
        (0..).zip(&instructions).filter(|(_, i)| is_jump(i[0])).map(|(at, i)| at + 1 + offset(i)).collect();
    let mut known = [Known::Nothing; 16];
    let mut uses = 0;
    let mut at = 0;
    while at < instructions.len() {
        let i = instructions[at];
        if targets.contains(&(at as i64)) {
            known.iter_mut().filter(|k| **k == Known::Bounded).for_each(|k| *k = Known::Nothing);
        }
        let (dst, src) = (usize::from(i[1] & 15), usize::from(i[1] >> 4));
        let immediate = i32::from_le_bytes([i[4], i[5], i[6], i[7]]);
        match i[0] {
            // A 64-bit immediate, in two places.
            0x18 => {
                known[dst] = if tables.contains(&(at as u64)) { Known::Table } else { Known::Nothing };
                at += 1;
            }
            // dst = src; dst = immediate; dst &= immediate
            0xbf => known[dst] = known[src],
            0xb7 => known[dst] = Known::Bounded,
            0x57 if immediate >= 0 => known[dst] = Known::Bounded,
            // dst <<= immediate; dst *= immediate
            0x67 | 0x27 => {}
            // dst += src
            0x0f if known[dst] == Known::Table || known[src] == Known::Table => {
                let index = if known[dst] == Known::Table { known[src] } else { known[dst] };
                assert_eq!(index, Known::Bounded, "clang {version}: instruction {at}");
                uses += 1;
                // A table of tables, perhaps.
                known[dst] = Known::Table;
            }
            // dst += immediate
            0x07 if known[dst] == Known::Table => {}
            // A call.
            0x85 => known[..6].fill(Known::Nothing),
            other if matches!(other & 7, 0 | 1 | 4 | 7) => known[dst] = Known::Nothing,
            _ => {}
        }
        at += 1;
    }
    uses
}
