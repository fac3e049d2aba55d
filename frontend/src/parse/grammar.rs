//! In: preprocessed text. Out: pest's pairs, by the grammar in `p4_16.pest`. Nothing here gets out of `parse`.

#![allow(missing_docs, reason = "the derive makes one undocumented item a rule")]

#[derive(pest_derive::Parser)]
#[grammar = "p4_16.pest"]
pub(super) struct Grammar;
