//! `Checksum16` of v1model's first form: `get(data)` is the Internet checksum of the data.

use super::V1MODEL;
use super::digest::Algorithm;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, OtherShape};

pub(super) const CHECKSUM16: Entry =
    Entry::of_type("Checksum16", |_, _| Ok(Box::new(Checksum16))).of(V1MODEL);

#[derive(Debug)]
struct Checksum16;

impl Extern for Checksum16 {
    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ("get", [data]) = (call.name, call.args) else { return Err(OtherShape) };
        if let Some(row) = cx.row_of(data, call.span) {
            let checksum = cx.digest(Algorithm::Csum16, &row);
            cx.give(call, checksum);
        }
        Ok(())
    }
}
