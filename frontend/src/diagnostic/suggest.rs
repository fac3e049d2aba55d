//! "Did you mean": the candidate that a mistyped name most likely stands for.

/// The candidate closest to `name`, if it is close enough to be what was meant: at most a third of the name's
/// characters changed, or a difference in letter case only. Of equals the first is taken.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let allowed = (length / 3).max(1);
    let distance = |candidate: &str| {
        if candidate.eq_ignore_ascii_case(name) {
            return 0;
        }
        strsim::osa_distance(name, candidate)
    };
    candidates
        .into_iter()
        // Long names that differ much in length cannot be close; this spares most of the work.
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
