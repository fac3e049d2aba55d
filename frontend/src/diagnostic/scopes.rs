//! Parts of the program in which a warning is silenced. In: the places and the codes (from `@noWarn`). Out: whether a
//! finding lies in such a place. Who writes annotations and what they mean is `lint`'s business.

use super::{Code, Diagnostic};
use crate::source::Span;

/// One place in which warnings are not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentScope {
    /// The text that it covers.
    pub span: Span,
    /// Which warnings.
    pub codes: Vec<Code>,
}

/// All of them. Scopes are pieces of the syntax tree, so that any two are nested or apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Scopes {
    /// By their beginnings, outer ones first.
    list: Vec<SilentScope>,
    /// The next scope outwards of each.
    parents: Vec<Option<usize>>,
}

impl Scopes {
    pub(super) fn new(mut list: Vec<SilentScope>) -> Scopes {
        list.sort_by_key(|scope| (scope.span.lo, std::cmp::Reverse(scope.span.hi)));
        let mut parents: Vec<Option<usize>> = Vec::with_capacity(list.len());
        let mut open: Vec<(usize, u32)> = Vec::new();
        for (index, scope) in list.iter().enumerate() {
            while open.last().is_some_and(|(_, end)| *end <= scope.span.lo) {
                open.pop();
            }
            parents.push(open.last().map(|(outer, _)| *outer));
            open.push((index, scope.span.hi));
        }
        Scopes { list, parents }
    }

    /// True if the finding lies in a scope that silences its code.
    pub(super) fn silence(&self, finding: &Diagnostic) -> bool {
        let position = finding.primary.span.lo;
        let begun = self.list.partition_point(|scope| scope.span.lo <= position);
        let mut next = begun.checked_sub(1);
        while let Some((scope, parent)) = next.and_then(|index| Some((self.list.get(index)?, index))) {
            if position < scope.span.hi && scope.codes.contains(&finding.code) {
                return true;
            }
            next = self.parents.get(parent).copied().flatten();
        }
        false
    }
}
