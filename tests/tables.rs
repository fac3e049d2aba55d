//! Tables from P4 to the kernel: how keys and values lie in maps that another loader has made, and what packets then meet.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use p4xdp::backend::Output;
use p4xdp_control::manifest::Manifest;
use p4xdp_control::storage::{Array, Hash, LpmTrie, Storage};
use p4xdp_test_support::bpftool::{Loaded, load, privileged};
use p4xdp_test_support::program::{compiled, object};
use p4xdp_test_support::root;
use std::sync::Arc;

const DROP: u32 = 1;
const PASS: u32 = 2;
const TX: u32 = 3;

/// An IPv4 packet of 64 bytes.
fn packet(src: [u8; 4], dst: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 8, 0];
    bytes.extend([0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, 0, 0]);
    bytes.extend(src);
    bytes.extend(dst);
    bytes.resize(64, 0);
    bytes
}

fn storage(manifest: &Manifest, table: usize) -> &Storage {
    manifest.tables[table].storage.as_ref().unwrap()
}

/// The program of this name in `testdata/generated`, compiled and, with privilege, loaded; its golden text is another test's matter.
fn loaded(name: &str) -> Option<(Loaded, Arc<Output>)> {
    let output = compiled(&root().join("testdata/generated").join(name).with_extension("p4"));
    let object = object(name, &output);
    privileged().then(|| (load(name, &object.path), output))
}

#[test]
fn exact_lookup() {
    let Some((loaded, output)) = loaded("exact") else { return };
    assert!(matches!(storage(&output.manifest, 0), Storage::Hash(Hash { key_size: 4, value_size: 24, .. })));
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    assert_eq!(loaded.verdict(&bytes), DROP);
    let mut value = vec![0; 24];
    value[8..14].copy_from_slice(&[2, 3, 4, 5, 6, 7]);
    value[16] = 9;
    loaded.update("hosts", &[10, 0, 0, 2], &value);
    let (verdict, after) = loaded.run(&bytes);
    assert_eq!(verdict, TX);
    assert_eq!(&after[..6], &[2, 3, 4, 5, 6, 7]);
    assert_eq!(&after[6..22], &bytes[6..22]);
    assert_eq!(after[22], 9);
}

#[test]
fn longest_prefix_behind_an_exact_key() {
    let Some((loaded, output)) = loaded("exact_and_prefix") else { return };
    assert!(matches!(
        storage(&output.manifest, 0),
        Storage::LpmTrie(LpmTrie { key_size: 12, exact_bits: 32, .. })
    ));
    let bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    assert_eq!(loaded.verdict(&bytes), PASS);
    let key = |length: u32, dst: [u8; 4]| {
        let mut key = (32 + length).to_le_bytes().to_vec();
        key.extend([0, 0, 0, 0]);
        key.extend(dst);
        key
    };
    let drop = [1, 0, 0, 0].into_iter().chain([0; 20]).collect::<Vec<u8>>();
    let mut route = vec![0; 24];
    route[8..14].copy_from_slice(&[2, 2, 2, 2, 2, 2]);
    route[16..22].copy_from_slice(&[2, 4, 4, 4, 4, 4]);
    loaded.update("routes", &key(8, [10, 0, 0, 0]), &drop);
    assert_eq!(loaded.verdict(&bytes), DROP);
    loaded.update("routes", &key(16, [10, 1, 0, 0]), &route);
    let (verdict_after, after) = loaded.run(&bytes);
    assert_eq!(verdict_after, TX);
    assert_eq!(&after[..12], &[2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4]);
    assert_eq!(after[22], 63);
    assert_eq!(loaded.verdict(&packet([10, 0, 0, 1], [10, 2, 2, 3])), DROP);
    assert_eq!(loaded.verdict(&packet([10, 0, 0, 1], [11, 2, 2, 3])), PASS);
}

#[test]
fn a_small_key_indexes_an_array() {
    let Some((loaded, output)) = loaded("array") else { return };
    assert!(matches!(storage(&output.manifest, 0), Storage::Array(Array { value_size: 8, .. })));
    let bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    let (verdict_before, before) = loaded.run(&bytes);
    assert_eq!((verdict_before, &before[18..20]), (TX, &[0, 7][..]));
    loaded.update("protocols", &17u32.to_le_bytes(), &[2, 0, 0, 0, 0x33, 0x12, 0, 0]);
    assert_eq!(&loaded.run(&bytes).1[18..20], &[0x12, 0x34]);
    loaded.update("protocols", &17u32.to_le_bytes(), &[1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(loaded.verdict(&bytes), DROP);
    // The default action is data: number (plus one) and parameter.
    loaded.update(".data.default", &[0; 4], &[1, 0, 0, 0, 0, 0, 0, 0]);
    loaded.update("protocols", &17u32.to_le_bytes(), &[0; 8]);
    assert_eq!(loaded.verdict(&bytes), DROP);
}

#[test]
fn constant_entries_of_one_exact_key() {
    let Some((loaded, _)) = loaded("const_exact") else { return };
    let mut bytes = packet([10, 0, 0, 1], [10, 1, 2, 3]);
    let (verdict_udp, after) = loaded.run(&bytes);
    assert_eq!((verdict_udp, after[15]), (PASS, 5));
    bytes[23] = 6;
    assert_eq!(loaded.verdict(&bytes), DROP);
    bytes[23] = 9;
    let (verdict_other, after) = loaded.run(&bytes);
    assert_eq!((verdict_other, after[15]), (PASS, 0));
}

#[test]
fn constant_entries_of_all_kinds() {
    let Some((loaded, output)) = loaded("const_kinds") else { return };
    assert_eq!(output.manifest.view.tables[0].entries.len(), 3);
    assert_eq!(output.manifest.view.tables[0].entries[0].priority, Some(3));
    let mut bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(loaded.verdict(&bytes), TX);
    bytes[22] = 9;
    assert_eq!(loaded.verdict(&bytes), DROP);
    bytes[26] = 12;
    assert_eq!(loaded.verdict(&bytes), PASS);
    bytes[12] = 0x86;
    assert_eq!(loaded.verdict(&bytes), DROP);
    bytes[0] = 6;
    assert_eq!(loaded.verdict(&bytes), PASS);
}

#[test]
fn constant_prefixes_prefer_the_longer() {
    let Some((loaded, _)) = loaded("const_prefixes") else { return };
    assert_eq!(loaded.verdict(&packet([1, 1, 1, 1], [10, 1, 2, 3])), TX);
    assert_eq!(loaded.verdict(&packet([1, 1, 1, 1], [10, 2, 2, 3])), DROP);
    assert_eq!(loaded.verdict(&packet([1, 1, 1, 1], [11, 2, 2, 3])), PASS);
}

/// bpftool puts no initial entries anywhere, so the program's own copies must do.
#[test]
fn initial_entries_hold_with_any_loader() {
    let Some((loaded, output)) = loaded("initial_entries") else { return };
    assert_eq!(output.manifest.view.tables[0].entries.len(), 2);
    let (first, after) = loaded.run(&packet([10, 0, 0, 1], [11, 1, 0, 1]));
    assert_eq!((first, &after[18..20], after[22]), (TX, &[0x12, 0x34][..], 7));
    assert_eq!(loaded.verdict(&packet([10, 0, 0, 2], [12, 0, 0, 1])), DROP);
    assert_eq!(loaded.verdict(&packet([10, 0, 0, 3], [11, 0, 0, 1])), DROP);
    let mut tcp = packet([10, 0, 0, 3], [12, 0, 0, 1]);
    assert_eq!(loaded.verdict(&tcp), PASS);
    tcp[23] = 6;
    assert_eq!(loaded.verdict(&tcp), DROP);
    // What the control plane puts there goes before.
    loaded.update("protocols", &6u32.to_le_bytes(), &2u32.to_le_bytes());
    assert_eq!(loaded.verdict(&tcp), PASS);
}

#[test]
fn hit_and_action_run() {
    let Some((loaded, _)) = loaded("hit_and_action_run") else { return };
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    let (first, after) = loaded.run(&bytes);
    assert_eq!((first, &after[12..14]), (DROP, &[0x22, 0x22][..]));
    loaded.update("one", &[10, 0, 0, 2], &[0, 0, 0, 0]);
    let (second, after) = loaded.run(&bytes);
    assert_eq!((second, &after[12..14]), (TX, &[0x22, 0x22][..]));
    loaded.update("two", &[10, 0, 0, 1], &[0, 0, 0, 0]);
    let (third, after) = loaded.run(&bytes);
    assert_eq!((third, &after[12..14]), (DROP, &[0x11, 0x11][..]));
}

#[test]
fn default_actions_leave_with_exit_and_keep_parameters() {
    let Some((loaded, output)) = loaded("keyless") else { return };
    let default = output.manifest.tables[0].default.as_ref().unwrap();
    assert_eq!((default.offset, default.section.as_str()), (0, ".data.default"));
    assert!(output.manifest.tables[1].default.is_none());
    let bytes = packet([10, 0, 0, 1], [10, 0, 0, 2]);
    let (first, after) = loaded.run(&bytes);
    assert_eq!(first, PASS);
    assert_eq!((&after[18..20], &after[6..12], after[22]), (&[0x12, 0x34][..], &[2, 3, 4, 5, 6, 7][..], 3));
    loaded.update(".data.default", &[0; 4], &[1].into_iter().chain([0; 23]).collect::<Vec<u8>>());
    assert_eq!(loaded.verdict(&bytes), TX);
}

#[test]
fn wide_keys_and_parameters() {
    let Some((loaded, output)) = loaded("wide_keys") else { return };
    let mut bytes: Vec<u8> = (0..64).collect();
    // odd: 0x0123..: the first 100 bits behind the addresses.
    bytes[40..53]
        .copy_from_slice(&[0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x80]);
    assert_eq!(loaded.verdict(&bytes), DROP);
    let hosts = output.manifest.tables().position(|t| t.name() == "Switch.hosts").unwrap();
    let places: Vec<_> = output.manifest.tables[hosts].keys.clone();
    let Storage::Hash(Hash { key_size, value_size, .. }) = storage(&output.manifest, hosts) else { panic!() };
    let mut key = vec![0; *key_size as usize];
    let mut put = |i: usize, value: &[u8]| {
        let at = places[i].offset as usize;
        assert_eq!(places[i].size as usize, value.len());
        key[at..at + value.len()].copy_from_slice(value);
    };
    put(0, &bytes[24..40]);
    put(1, &[0x0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78]);
    put(2, &bytes[53..56]);
    let mut value = vec![0; *value_size as usize];
    let params = &output.manifest.tables[hosts].actions[0];
    for (i, param) in params.iter().enumerate() {
        let at = param.offset as usize;
        value[at..at + param.size as usize].fill(0xa0 + i as u8);
    }
    loaded.update("hosts", &key, &value);
    let (after_verdict, after) = loaded.run(&bytes);
    assert_eq!(after_verdict, TX);
    assert_eq!((&after[8..24], &after[53..56]), (&[0xa0; 16][..], &[0xa1; 3][..]));
    assert_eq!(&after[24..53], &bytes[24..53]);
}

#[test]
fn computed_keys() {
    let Some((loaded, output)) = loaded("computed_keys") else { return };
    assert_eq!(output.manifest.view.tables[0].keys[0].param.name, "plus");
    let places: Vec<_> = output.manifest.tables[0].keys.clone();
    let Storage::Hash(Hash { key_size, value_size, .. }) = storage(&output.manifest, 0) else { panic!() };
    let mut key = vec![0; *key_size as usize];
    let mut put = |i: usize, value: &[u8]| {
        let at = places[i].offset as usize;
        key[at..at + value.len()].copy_from_slice(value);
    };
    put(0, &0x0a000002u32.to_le_bytes());
    put(1, &[1]);
    put(2, &[2, 0, 0, 0, 0, 2]);
    put(3, &[2]);
    let mut value = vec![0; *value_size as usize];
    value[0] = 1;
    loaded.update("t", &key, &value);
    let mut bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(loaded.verdict(&bytes), DROP);
    bytes[20] = 0x40;
    assert_eq!(loaded.verdict(&bytes), TX);
}

#[test]
fn a_table_is_applied_twice() {
    let Some((loaded, _)) = loaded("applied_twice") else { return };
    let bytes = packet([10, 0, 0, 1], [11, 0, 0, 1]);
    assert_eq!(loaded.verdict(&bytes), PASS);
    loaded.update("t", &0x0b000001u32.to_le_bytes(), &[0; 4]);
    assert_eq!(loaded.verdict(&bytes), DROP);
    assert_eq!(loaded.verdict(&packet([11, 0, 0, 1], [10, 0, 0, 1])), DROP);
}
