//! `action_profile(bit<32> size)` and `action_selector(HashAlgorithm algorithm, bit<32> size, bit<32> outputWidth)` of v1model, and `ActionProfile` and `ActionSelector` of PSA and PNA: the actions that
//! entries of tables run, as members, and for a selector groups of them, of which a hash of the table's selector keys chooses one. Where members
//! lie, and how a table gets to one, is the tables' ([`crate::tables::profile`]); here is the hash, which is the reference switch's: the low
//! `outputWidth` bits of the algorithm over the keys in a row, and the place in the group is that modulo the group's size.

use super::digest::Algorithm;
use super::{PORTABLE, V1MODEL};
use crate::c::expr::CExpr;
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::extern_facts::{Attached, Facts};
use num_traits::ToPrimitive;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, Expr, ExternInstance, KeyElement};

pub(super) const ACTION_PROFILE: Entry =
    Entry::of_type("action_profile", |_, _| Ok(Box::new(ActionProfile))).of(V1MODEL).with(MEMBERS);
pub(super) const ACTION_SELECTOR: Entry =
    Entry::of_type("action_selector", lay_out).of(V1MODEL).with(MEMBERS);
pub(super) const PORTABLE_PROFILE: Entry =
    Entry::of_type("ActionProfile", |_, _| Ok(Box::new(ActionProfile))).of(PORTABLE).with(MEMBERS);
pub(super) const PORTABLE_SELECTOR: Entry =
    Entry::of_type("ActionSelector", lay_out).of(PORTABLE).with(MEMBERS);

const MEMBERS: Facts = Facts { attached: Some(Attached::Members), ..Facts::none() };

#[derive(Debug)]
struct ActionProfile;

impl Extern for ActionProfile {
    fn call(&self, _cx: &mut Cx<'_>, _call: &Call<'_>) -> Result<(), OtherShape> {
        Err(OtherShape)
    }
}

#[derive(Debug)]
struct ActionSelector {
    algorithm: Option<Expr>,
    /// Bits of the hash that are used.
    width: u32,
}

fn lay_out(instance: &ExternInstance, _: &mut Laying<'_>) -> Made {
    let algorithm = instance.args.first().and_then(|arg| arg.value()).cloned();
    let width = instance.args.get(2).and_then(|arg| arg.value()?.as_const()?.to_u32());
    Ok(Box::new(ActionSelector { algorithm, width: width.unwrap_or(u32::MAX) }))
}

impl Extern for ActionSelector {
    fn call(&self, _cx: &mut Cx<'_>, _call: &Call<'_>) -> Result<(), OtherShape> {
        Err(OtherShape)
    }

    fn choose(&self, cx: &mut Cx<'_>, keys: &[&KeyElement]) -> CExpr {
        let nothing = CExpr::zero(32);
        let algorithm = self.algorithm.as_ref().and_then(|algorithm| cx.algorithm(algorithm));
        // The interpreter has no number for a random choice, so there is nothing to agree on.
        let Some(algorithm) = algorithm.filter(|algorithm| *algorithm != Algorithm::Random) else {
            let span = self.algorithm.as_ref().map(|algorithm| algorithm.span).unwrap_or_default();
            cx.refuse(
                codes::E0524,
                span,
                "an action selector with this algorithm cannot be compiled to XDP yet",
            );
            return nothing;
        };
        if self.width == 0 {
            return nothing;
        }
        // Without selector keys, it is the hash of nothing.
        let span = keys.first().map(|key| key.expr.span).unwrap_or_default();
        let field = |key: &&KeyElement| {
            let value = key.expr.clone();
            let arg = match key.there.clone() {
                Some(condition) => Arg::While { condition, value },
                None => Arg::In(value),
            };
            (key.name.clone(), arg)
        };
        let Some(groups) = cx.row_of(&Arg::Struct(keys.iter().map(field).collect()), span) else {
            return nothing;
        };
        let digest = cx.digest(algorithm, &groups);
        if self.width < digest.width { slice(digest, self.width - 1, 0) } else { digest }
    }
}
