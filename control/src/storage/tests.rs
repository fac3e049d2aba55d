//! What is written is what is read, for random tables, keys and calls, in every strategy.

use super::bit_vectors::{self, BLOCK, BitVectors, Byte, Rule};
use super::masked::{Masked, Rank, WIDEST_RANGE};
use super::tuple_space::{self, Head, Mask, TupleSpace};
use super::{
    Array, ByteOrder, DecodeError, Groups, Hash, LpmTrie, Place, Strategy, Table, TableLayout, decode_call,
    decode_number, decode_target, encode_call, encode_number, encode_target, lpm_trie, place,
};
use crate::entry::{ActionCall, KeyMatch, Target};
use crate::value::{ones, prefix_mask};
use crate::view::{self, Key, MatchKind, Param};
use num_bigint::BigUint;
use proptest::prelude::{Strategy as Generator, any, prop, prop_assert, prop_assert_eq, proptest};

/// Widths of exact keys and of the lpm key if there is one; bit patterns that are cut to fit; how long the prefix is; an action's
/// parameters.
#[derive(Clone, Debug)]
struct Case {
    exact: Vec<(u32, u128)>,
    lpm: Option<(u32, u128, u32)>,
    params: Vec<(u32, u128)>,
    action: usize,
}

fn cases() -> impl Generator<Value = Case> {
    let field = || (1u32..=128, any::<u128>());
    let lpm = proptest::option::of((1u32..=128, any::<u128>(), 0u32..=128));
    (prop::collection::vec(field(), 1..4), lpm, prop::collection::vec(field(), 0..4), 0usize..3)
        .prop_map(|(exact, lpm, params, action)| Case { exact, lpm, params, action })
}

/// Fields one behind another, each in as few bytes as it needs.
fn places(start: u32, widths: &[u32], order: ByteOrder) -> (Vec<Place>, u32) {
    let mut offset = start;
    let mut places = Vec::new();
    for width in widths {
        let size = width.div_ceil(8);
        places.push(Place { offset, size, order });
        offset += size;
    }
    (places, offset)
}

fn key(width: u32, match_kind: MatchKind) -> Key {
    let param = Param::new("k", width);
    Key { id: 1, param, match_kind, annotations: Vec::new(), documentation: view::Documentation::default() }
}

fn table(keys: Vec<Key>, places: Vec<Place>, params: Vec<Place>) -> (view::Table, TableLayout) {
    let view = view::Table { keys, ..view::Table::default() };
    let actions = vec![params; 3];
    let layout = TableLayout {
        size: 1,
        storage: None,
        keys: places,
        actions,
        target: None,
        default: None,
        direct: None,
    };
    (view, layout)
}

fn cut(value: u128, width: u32) -> BigUint {
    BigUint::from(value) & ones(width)
}

fn space(key_size: u32) -> TupleSpace {
    let (map, masks) = ("m".into(), "n".into());
    TupleSpace { map, masks, key_size, value_size: 4, action: ACTION, most_masks: 8, ranges: 0 }
}

fn vectors(key_size: u32, chunks: Vec<u32>, size: u32) -> BitVectors {
    let blocks = bit_vectors::blocks(size);
    BitVectors {
        map: "m".into(),
        finders: "n".into(),
        key_size,
        chunks,
        blocks,
        summary: bit_vectors::summary(blocks),
        slots: bit_vectors::slots(size),
        value_size: 4,
        action: ACTION,
        ranges: 0,
    }
}

const ACTION: Place = Place { offset: 0, size: 4, order: ByteOrder::Host };

proptest! {
    #[test]
    fn keys_of_a_hash(case in cases()) {
        let widths: Vec<u32> = case.exact.iter().map(|(width, _)| *width).collect();
        for order in [ByteOrder::Host, ByteOrder::Network] {
            let (places, key_size) = places(0, &widths, order);
            let keys = widths.iter().map(|width| key(*width, MatchKind::Exact)).collect();
            let (view, layout) = table(keys, places, Vec::new());
            let table = Table { view: &view, layout: &layout };
            let hash = Hash { map: "m".into(), key_size, value_size: 4, action: ACTION };
            let wanted: Vec<KeyMatch> =
                case.exact.iter().map(|(width, value)| KeyMatch::Exact(cut(*value, *width))).collect();
            let bytes = hash.encode_key(table, &wanted);
            prop_assert_eq!(bytes.len(), key_size as usize);
            prop_assert_eq!(hash.decode_key(table, &bytes).unwrap(), wanted);
            prop_assert!(hash.decode_key(table, &bytes[..bytes.len() - 1]).is_err());
        }
    }

    #[test]
    fn keys_of_a_trie(case in cases()) {
        let (width, value, length) = case.lpm.unwrap_or((32, 0, 0));
        let length = length.min(width);
        let mut widths: Vec<u32> = case.exact.iter().map(|(width, _)| *width).collect();
        widths.push(width);
        let (places, key_size) = places(lpm_trie::LENGTH, &widths, ByteOrder::Network);
        let mut keys: Vec<Key> = case.exact.iter().map(|(width, _)| key(*width, MatchKind::Exact)).collect();
        keys.push(key(width, MatchKind::Lpm));
        let (view, layout) = table(keys, places, Vec::new());
        let table = Table { view: &view, layout: &layout };
        let exact_bits = (key_size - lpm_trie::LENGTH) * 8 - width;
        let trie = LpmTrie { map: "m".into(), key_size, value_size: 4, action: ACTION, exact_bits };
        prop_assert_eq!(trie.check(table), Ok(()));
        let mut wanted: Vec<KeyMatch> =
            case.exact.iter().map(|(width, value)| KeyMatch::Exact(cut(*value, *width))).collect();
        wanted.push(KeyMatch::Prefix(cut(value, width), length));
        let bytes = trie.encode_key(table, &wanted);
        // The bits that the prefix does not cover are not kept.
        *wanted.last_mut().unwrap() =
            KeyMatch::Prefix(cut(value, width) & prefix_mask(width, length), length);
        prop_assert_eq!(trie.decode_key(table, &bytes).unwrap(), wanted.clone());
        // The kernel compares so many bits from behind the length on: none that the entry does not fix.
        let compared = u32::from_ne_bytes(*bytes.first_chunk().unwrap());
        prop_assert_eq!(compared, exact_bits + length);
        *wanted.last_mut().unwrap() = KeyMatch::Any;
        let all = trie.encode_key(table, &wanted);
        prop_assert_eq!(trie.decode_key(table, &all).unwrap().pop(), Some(KeyMatch::Prefix(BigUint::ZERO, 0)));
    }

    #[test]
    fn keys_of_a_tuple_space(
        case in cases(),
        masks in prop::collection::vec(any::<u128>(), 4),
        kinds in prop::collection::vec(0usize..7, 4),
        number in any::<u32>(),
    ) {
        let widths: Vec<u32> = case.exact.iter().map(|(width, _)| *width).collect();
        for order in [ByteOrder::Host, ByteOrder::Network] {
            let (places, end) = places(tuple_space::NUMBER, &widths, order);
            let (mut keys, mut wanted) = (Vec::new(), Vec::new());
            for (((width, value), mask), kind) in case.exact.iter().zip(&masks).zip(&kinds) {
                let (value, mask) = (cut(*value, *width), cut(*mask | 1, *width));
                let length = (mask.bits() as u32).min(*width);
                let (kind, found) = match kind {
                    0 => (MatchKind::Exact, KeyMatch::Exact(value)),
                    1 => (MatchKind::Optional, KeyMatch::Exact(value)),
                    2 => (MatchKind::Optional, KeyMatch::Any),
                    3 => (MatchKind::Lpm, KeyMatch::Prefix(value & prefix_mask(*width, length), length)),
                    5 if *width <= WIDEST_RANGE => {
                        let (low, high) = (value.clone().min(mask.clone()), value.max(mask));
                        // One of all numbers is read as what it means.
                        let all = low == BigUint::ZERO && high == ones(*width);
                        (MatchKind::Range, if all { KeyMatch::Any } else { KeyMatch::Range(low, high) })
                    }
                    6 if *width <= WIDEST_RANGE => (MatchKind::Range, KeyMatch::Any),
                    _ => (MatchKind::Ternary, KeyMatch::Masked(value & &mask, mask)),
                };
                keys.push(key(*width, kind));
                wanted.push(found);
            }
            let (view, layout) = table(keys, places, Vec::new());
            let table = Table { view: &view, layout: &layout };
            let ranges = view.match_keys().filter(|key| key.match_kind == MatchKind::Range).count() as u32;
            let space = TupleSpace { ranges, ..space(end.next_multiple_of(8)) };
            prop_assert_eq!(space.check(table), Ok(()));
            let more = TupleSpace { ranges: ranges + 1, ..space.clone() };
            prop_assert!(more.check(table).is_err());
            let (bytes, bits) = (space.encode_key(table, &wanted), space.mask(table, &wanted));
            prop_assert_eq!(bytes.len(), space.key_size as usize);
            // No bit of the key that the mask leaves out, and none where the mask's number goes.
            prop_assert!(bytes.iter().zip(&bits).all(|(byte, mask)| byte & !mask == 0));
            prop_assert_eq!(TupleSpace::number(&bytes), 0);
            prop_assert_eq!(TupleSpace::number(&bits), 0);
            let numbered = TupleSpace::numbered(bytes, number);
            prop_assert_eq!(TupleSpace::number(&numbered), number);
            let mut value = Vec::new();
            space.put_ranges(table, &wanted, &mut value);
            prop_assert_eq!(value.len() as u32 + 8, space.ranked_size());
            prop_assert!(space.has_ranges(table, &wanted, &value).unwrap());
            prop_assert_eq!(space.decode(table, &numbered, &bits, &value).unwrap(), wanted);
            let short = &numbered[..(end - 1) as usize];
            prop_assert!(space.decode(table, short, &bits, &value).is_err());
            let short = &value[..value.len() - 1];
            prop_assert!(ranges == 0 || space.decode(table, &numbered, &bits, short).is_err());
        }
    }

    /// A key matches an entry if its bytes do, but for ranges, of which more may match by their bytes.
    #[test]
    fn bytes_of_bit_vectors(
        case in cases(),
        masks in prop::collection::vec(any::<u128>(), 4),
        tried in prop::collection::vec(any::<u128>(), 4),
        kinds in prop::collection::vec(0usize..4, 4),
        signed in any::<bool>(),
    ) {
        let widths: Vec<u32> = case.exact.iter().map(|(width, _)| *width).collect();
        for order in [ByteOrder::Host, ByteOrder::Network] {
            let (places, end) = places(0, &widths, order);
            let (mut keys, mut wanted, mut numbers, mut matches, mut all_may) =
                (Vec::new(), Vec::new(), Vec::new(), true, true);
            let all = case.exact.iter().zip(&masks).zip(&tried).zip(&kinds);
            for ((((width, value), mask), tried), kind) in all {
                let (value, mask) = (cut(*value, *width), cut(*mask, *width));
                // What is tried often agrees with the entry.
                let agrees = if kind % 2 == 0 { mask.clone() } else { BigUint::ZERO };
                let tried = (cut(*tried, *width) & (ones(*width) ^ &agrees)) | (&value & &agrees);
                let is_range = *kind > 1 && *width <= WIDEST_RANGE;
                let mut described = key(*width, if is_range { MatchKind::Range } else { MatchKind::Ternary });
                described.param.signed = signed && is_range;
                let order = |number: &BigUint| match described.param.signed {
                    true => u64::try_from(number).unwrap() ^ 1 << (width - 1),
                    false => u64::try_from(number).unwrap_or(0),
                };
                let (low, high) = if order(&value) <= order(&mask) { (value.clone(), mask.clone()) } else { (mask.clone(), value.clone()) };
                if is_range {
                    matches &= (order(&low)..=order(&high)).contains(&order(&tried));
                    let all = order(&low) == 0 && BigUint::from(order(&high)) == ones(*width);
                    wanted.push(if all { KeyMatch::Any } else { KeyMatch::Range(low.clone(), high.clone()) });
                } else {
                    let same = &tried & &mask == &value & &mask;
                    matches &= same;
                    all_may &= same;
                    let any = mask == BigUint::ZERO;
                    wanted.push(if any { KeyMatch::Any } else { KeyMatch::Masked(&value & &mask, mask) });
                }
                keys.push(described);
                numbers.push(tried);
            }
            let (view, layout) = table(keys, places.clone(), Vec::new());
            let table = Table { view: &view, layout: &layout };
            let vectors = vectors(end, bit_vectors::chunks(places.iter().zip(widths.iter().copied())), 1);
            let ranges = view.match_keys().filter(|key| key.match_kind == MatchKind::Range).count() as u32;
            let vectors = BitVectors { ranges, ..vectors };
            prop_assert_eq!(vectors.check(table), Ok(()));
            let wrong = BitVectors { chunks: vectors.chunks.iter().map(|at| at + 1).collect(), ..vectors.clone() };
            prop_assert!(wrong.check(table).is_err());
            let mut value = Vec::new();
            vectors.put_ranges(table, &wanted, &mut value);
            vectors.put_rank(&mut value, Rank::new(7, 9));
            let (own, mask) = (vectors.encode_key(table, &wanted), vectors.mask(table, &wanted));
            vectors.put_rule(&mut value, &own, &mask);
            prop_assert_eq!(value.len() as u32, vectors.entry_size());
            let rule = vectors.rule(&value).unwrap();
            prop_assert_eq!(&rule, &Rule { since: 0, until: 0, key: own, mask });
            prop_assert!(!rule.is_there(0) && !rule.is_there(8));
            prop_assert_eq!(vectors.rank(&value).unwrap(), Rank::new(7, 9));
            prop_assert_eq!(vectors.decode(table, &rule.key, &rule.mask, &value).unwrap(), wanted);
            prop_assert!(vectors.rule(&value[..value.len() - 8]).is_err() || vectors.key_size < 4);
            let bytes = vectors.bytes(table, &rule, &value).unwrap();
            prop_assert_eq!(bytes.len(), vectors.chunks.len());
            let mut tried = vec![0xa5; end as usize];
            for (number, place) in numbers.iter().zip(&places) {
                place::put(&mut tried, place, number);
            }
            let taken = bytes.iter().zip(&vectors.chunks).all(|(byte, at)| byte.takes(tried[*at as usize]));
            prop_assert!(taken || !matches, "{bytes:?} of {tried:x?}");
            prop_assert!(ranges > 0 || taken == all_may, "{bytes:?} of {tried:x?}");
        }
    }

    /// Each word of a finder is one thing.
    #[test]
    fn words_of_bit_vectors(size in 1u32..700, chunks in 1u32..4) {
        let blocks = bit_vectors::blocks(size);
        let vectors = vectors(chunks, (0..chunks).collect(), size);
        let mut words = std::collections::BTreeSet::new();
        prop_assert!(vectors.positions() > size && vectors.slots > 2 * size);
        for position in 0..vectors.positions() {
            prop_assert!(words.insert(vectors.position_word(position)));
        }
        let rows = || (0..chunks as usize).flat_map(|chunk| (0..=255u8).map(move |byte| (chunk, byte)));
        for block in 0..blocks {
            prop_assert!(rows().all(|(chunk, byte)| words.insert(vectors.row_word(chunk, byte, BLOCK * block + 63))));
        }
        let summaries: std::collections::BTreeSet<u64> =
            rows().filter_map(|(chunk, byte)| Some(vectors.summary_word(chunk, byte, 0)?.0)).collect();
        prop_assert_eq!(summaries.len() as u64, if vectors.summary > 0 { u64::from(chunks) * 256 } else { 0 });
        prop_assert!(summaries.into_iter().all(|word| words.insert(word)));
        prop_assert!(words.into_iter().all(|word| word >= u64::from(bit_vectors::HEAD) && word < vectors.finder_words()));
    }

    #[test]
    fn positions_and_versions(slot in any::<u32>(), before in any::<u32>(), since in 0u64..9, until in 0u64..9, version in 0u64..9) {
        prop_assert_eq!(BitVectors::decode_position(BitVectors::encode_position(slot, before)), (slot, before));
        let rule = Rule { since, until, key: Vec::new(), mask: Vec::new() };
        // As the program asks, in one comparison, where an entry ends behind its beginning.
        let asked = version.wrapping_sub(since) < until.wrapping_sub(since);
        prop_assert!(until < since || asked == rule.is_there(version));
        let there = Rule { until: bit_vectors::FOREVER, ..rule };
        prop_assert_eq!(there.is_there(version), version.wrapping_sub(since) < u64::MAX - since);
    }

    #[test]
    fn ranges_of_bytes(low in any::<u16>(), high in any::<u16>(), tried in any::<u16>()) {
        let (low, high) = (low.min(high), low.max(high));
        let bytes = [0, 1].map(|byte| bit_vectors::of_range((low.into(), high.into()), byte, 0));
        let [least, most] = tried.to_le_bytes();
        let taken = bytes[0].takes(least) && bytes[1].takes(most);
        prop_assert!(taken || !(low..=high).contains(&tried));
        // Of a range within one first byte all is known.
        prop_assert!(low >> 8 != high >> 8 || taken == (low..=high).contains(&tried));
        prop_assert!(taken != (tried >> 8 < low >> 8 || tried >> 8 > high >> 8) || bytes[0] != Byte::Masked(0, 0));
    }

    #[test]
    fn masks_and_ranks(
        (precedence, age, entries) in (any::<u32>(), 0..u32::MAX, any::<u64>()),
        number in any::<u32>(),
        bits in prop::collection::vec(any::<u8>(), 16),
        (first, next_age, next_number) in (0u32..3, any::<u32>(), any::<u32>()),
        size in 4u32..40,
    ) {
        let space = TupleSpace { value_size: size, ..space(16) };
        let rank = Rank::new(precedence, age);
        prop_assert_eq!((rank.precedence(), rank.age()), (precedence, age));
        prop_assert!(rank <= Rank::bound(precedence) && rank > Rank::new(precedence, age + 1) && rank.0 > 0);
        let mut value = vec![7; size as usize];
        space.put_rank(&mut value, rank);
        prop_assert_eq!(value.len(), space.ranked_size() as usize);
        prop_assert_eq!(space.rank(&value).unwrap(), rank);
        prop_assert!(space.rank(&value[..value.len() - 1]).is_err());
        let mask = Mask { rank, entries, number, bits: TupleSpace::numbered(bits, 0) };
        let bytes = space.encode_mask(&mask);
        prop_assert_eq!(bytes.len(), space.mask_size() as usize);
        prop_assert_eq!(TupleSpace::decode_mask(&bytes).unwrap(), Some(mask));
        prop_assert_eq!(TupleSpace::decode_mask(&vec![0; bytes.len()]).unwrap(), None);
        let first = [0, 1, 1 + space.most_masks][first as usize];
        let head = Head { first, next_age, next_number };
        prop_assert_eq!(space.decode_head(&space.encode_head(head)).unwrap(), head);
    }

    #[test]
    fn keys_of_an_array(width in 1u32..=32, value in any::<u32>()) {
        let place = Place { offset: 0, size: 4, order: ByteOrder::Host };
        let (view, layout) = table(vec![key(width, MatchKind::Exact)], vec![place], Vec::new());
        let table = Table { view: &view, layout: &layout };
        let array = Array { map: "m".into(), value_size: 4, action: ACTION };
        let wanted = [KeyMatch::Exact(cut(value.into(), width))];
        let bytes = array.encode_key(table, &wanted);
        prop_assert_eq!(&bytes, &(value & (u64::MAX >> (64 - width)) as u32).to_ne_bytes());
        prop_assert_eq!(array.decode_key(table, &bytes).unwrap(), wanted);
    }

    #[test]
    fn calls_and_numbers(case in cases(), first in 0u32..=1, number in any::<u32>()) {
        let widths: Vec<u32> = case.params.iter().map(|(width, _)| *width).collect();
        let (params, end) = places(8, &widths, ByteOrder::Network);
        let place = Place { offset: 4, size: 4, order: ByteOrder::Host };
        let (_, layout) = table(Vec::new(), Vec::new(), params);
        let args = case.params.iter().map(|(width, value)| cut(*value, *width)).collect();
        let call = ActionCall { action: case.action, args };
        let mut value = encode_call(&layout.actions, &call, end.max(8), &ACTION, first);
        encode_number(Some(&place), &mut value, number);
        prop_assert_eq!(decode_call(&layout.actions, &value, &ACTION, first).unwrap(), call);
        prop_assert_eq!(decode_number(Some(&place), &value).unwrap(), number);
        prop_assert!(decode_number(Some(&place), &value[..7]).is_err());
        place::put(&mut value, &ACTION, &BigUint::from(3 + first));
        prop_assert_eq!(
            decode_call(&layout.actions, &value, &ACTION, first),
            Err(DecodeError::Action(BigUint::from(3 + first)))
        );
    }

    #[test]
    fn targets(number in any::<u32>(), is_group in any::<bool>(), first in 0u32..=1, beyond in 3u32..) {
        let target = Some(Place { offset: 4, size: 4, order: ByteOrder::Host });
        let (view, layout) = table(Vec::new(), Vec::new(), Vec::new());
        let layout = TableLayout { target, ..layout };
        let table = Table { view: &view, layout: &layout };
        let wanted = if is_group { Target::Group(number) } else { Target::Member(number) };
        let mut value = encode_target(table, &wanted, 8, &ACTION, first);
        prop_assert_eq!(decode_target(table, &value, &ACTION, first).unwrap(), wanted);
        prop_assert!(decode_target(table, &value[..7], &ACTION, first).is_err());
        // Neither of the two, and none.
        for kind in [0, beyond] {
            place::put(&mut value, &ACTION, &kind.into());
            let found = decode_target(table, &value, &ACTION, first);
            prop_assert_eq!(found, Err(DecodeError::Action(kind.into())));
        }
    }

    #[test]
    fn groups(members in prop::collection::vec(any::<u32>(), 0..9), most in 8u32..20) {
        let groups = Groups { map: "m".into(), size: 1, most };
        let mut bytes = groups.encode(&members);
        prop_assert_eq!(bytes.len(), groups.value_size() as usize);
        prop_assert_eq!(Groups::decode(&bytes).unwrap(), members);
        // More members than there is room for.
        bytes[..4].copy_from_slice(&(most + 1).to_ne_bytes());
        prop_assert!(Groups::decode(&bytes).is_err());
        prop_assert!(Groups::decode(&bytes[..3]).is_err());
    }
}

#[test]
fn places_of_a_trie() {
    // An lpm key of 20 bits behind an exact one of 12, each right-aligned in its bytes; the lpm key is the table's first.
    let at = |offset, size| Place { offset, size, order: ByteOrder::Network };
    let keys = vec![key(20, MatchKind::Lpm), key(12, MatchKind::Exact)];
    let (view, layout) = table(keys, vec![at(6, 3), at(4, 2)], Vec::new());
    let table = Table { view: &view, layout: &layout };
    let trie = LpmTrie { map: "m".into(), key_size: 12, value_size: 4, action: ACTION, exact_bits: 20 };
    assert_eq!(trie.check(table), Ok(()));
    let keys = [KeyMatch::Prefix(0xabcdeu32.into(), 8), KeyMatch::Exact(0x123u32.into())];
    let bytes = trie.encode_key(table, &keys);
    assert_eq!(u32::from_ne_bytes(*bytes.first_chunk().unwrap()), 16 + 4 + 8);
    assert_eq!(bytes[4..], [0x01, 0x23, 0x0a, 0xb0, 0x00, 0, 0, 0]);
    let wrong = LpmTrie { exact_bits: 16, ..trie };
    assert_eq!(wrong.check(table), Err("its prefix does not begin 16 bits into the key".into()));
}
