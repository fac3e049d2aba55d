//! Ranges on keys that are matched by prefix. In: an entry; out: the entries with prefixes that together match the same
//! ("the compiler will synthesize the correct number of entries", section "Entries").

use crate::ir::{Entry, KeyElement, Keyset, MatchKind};
use num_bigint::BigUint;

/// The most entries that one may become: several keys multiply.
const MOST: usize = 1 << 16;

/// The entry itself, unless an lpm key has a range; nothing if there are too many.
pub(super) fn split(entry: Entry, keys: &[KeyElement]) -> Option<Vec<Entry>> {
    let mut entries = vec![entry];
    for (at, key) in keys.iter().enumerate().filter(|(_, key)| key.match_kind == MatchKind::Lpm) {
        entries = entries
            .into_iter()
            .flat_map(|entry| {
                let Some(Keyset::Range { lo, hi }) = entry.keysets.get(at) else { return vec![entry] };
                let prefixes = of_range(lo, hi, key.expr.ty.width());
                let with = |prefix| {
                    let mut one = entry.clone();
                    if let Some(place) = one.keysets.get_mut(at) {
                        *place = prefix;
                    }
                    one
                };
                prefixes.into_iter().map(with).collect()
            })
            .take(MOST + 1)
            .collect();
        if entries.len() > MOST {
            return None;
        }
    }
    Some(entries)
}

/// The fewest prefixes that cover a range of bit patterns; one of signed numbers may begin above where it ends.
fn of_range(lo: &BigUint, hi: &BigUint, width: u32) -> Vec<Keyset> {
    let one = BigUint::from(1u8);
    let highest = (&one << width) - &one;
    if lo > hi {
        let mut out = of_range(lo, &highest, width);
        out.extend(of_range(&BigUint::default(), hi, width));
        return out;
    }
    let mut out = Vec::new();
    let mut from = lo.clone();
    while from <= *hi {
        // As many low bits as are zero in the lower end and do not lead beyond the upper one.
        let mut free = from.trailing_zeros().unwrap_or(u64::from(width)).min(u64::from(width));
        while free > 0 && &from + (&one << free) - &one > *hi {
            free -= 1;
        }
        let mask = &highest ^ ((&one << free) - &one);
        out.push(Keyset::Mask { value: from.clone(), mask });
        from += &one << free;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of value and mask.
    fn prefixes(lo: u32, hi: u32, width: u32) -> Vec<(BigUint, BigUint)> {
        let split = of_range(&lo.into(), &hi.into(), width).into_iter();
        split
            .filter_map(|keyset| match keyset {
                Keyset::Mask { value, mask } => Some((value, mask)),
                Keyset::Universal | Keyset::Value(_) | Keyset::Range { .. } | Keyset::ValueSet(_) => None,
            })
            .collect()
    }

    #[test]
    fn every_range_of_five_bits_is_covered_once() {
        for lo in 0..32u32 {
            for hi in 0..32u32 {
                let split = prefixes(lo, hi, 5);
                assert!(split.len() <= 8, "{lo}..{hi}: {split:?}");
                for key in 0..32u32 {
                    let wanted = if lo <= hi { (lo..=hi).contains(&key) } else { key >= lo || key <= hi };
                    let key_bits = BigUint::from(key);
                    let found = split.iter().filter(|(value, mask)| &key_bits & mask == *value).count();
                    assert_eq!(found, usize::from(wanted), "{key} in {lo}..{hi}");
                }
            }
        }
    }
}
