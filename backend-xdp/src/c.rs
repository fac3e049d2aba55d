//! The C language: pieces of code in which names are known, expressions, statements as a tree, and how all that is printed. It knows C and
//! nothing of P4 but positions in its text.

pub mod code;
pub mod cut;
pub mod expr;
pub mod handed;
mod liveness;
pub mod map;
pub mod prelude;
mod print;
pub mod text;
pub mod tree;
mod weight;
