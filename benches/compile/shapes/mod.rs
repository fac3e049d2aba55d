//! Every way in which a program can grow. In: the name of a family and a size n. Out: a P4 program of that family whose text grows in
//! proportion to n, save for the families that stay small and ask for much.
//!
//! The bench shows how time grows with n; a test runs small members. Nothing here is taken from an existing program.

mod callables;
mod headers;
mod parsers;
mod program;
mod statements;
mod tables;
mod text;
mod types;

/// One way to grow.
pub struct Family {
    pub name: &'static str,
    /// The program of size n.
    pub make: fn(usize) -> String,
}

/// All families, by what grows.
#[must_use]
pub fn families() -> Vec<Family> {
    [
        statements::families(),
        types::families(),
        text::preprocessed(),
        callables::families(),
        tables::families(),
        parsers::families(),
        headers::families(),
        text::wrong(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of(name: &'static str, make: fn(usize) -> String) -> Family {
    Family { name, make }
}
