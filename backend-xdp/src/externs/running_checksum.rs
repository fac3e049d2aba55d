//! `Checksum<W>` of PSA and PNA: a hash of what `update` was given since `clear`, or since its parser or control began. What the hash has come to
//! is kept in variables, so each `update` takes whole bytes, and the Internet checksum whole words.

use super::PORTABLE;
use super::crc::{Crc, Register};
use super::digest::Algorithm;
use super::hash::of_width;
use super::row::Group;
use crate::c::code::code;
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Place;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, Expr, ExternId, ExternInstance};

pub(super) const CHECKSUM: Entry = Entry::of_type("Checksum", lay_out).of(PORTABLE);

#[derive(Debug)]
struct Checksum(Option<Expr>);

fn lay_out(instance: &ExternInstance, _: &mut Laying<'_>) -> Made {
    Ok(Box::new(Checksum(instance.args.first().and_then(|arg| arg.value()).cloned())))
}

impl Extern for Checksum {
    fn begin(&self, cx: &mut Cx<'_>, id: ExternId) {
        // One that is refused is refused where it is called.
        if let Some(algorithm) = self.algorithm(cx) {
            Running::of(cx, id, algorithm).clear(cx);
        }
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let id = call.instance.ok_or(OtherShape)?;
        let Some(algorithm) = self.algorithm(cx) else {
            cx.refuse_algorithm(call);
            return Ok(());
        };
        let running = Running::of(cx, id, algorithm);
        match (call.name, call.args, call.result) {
            ("clear", [], _) => running.clear(cx),
            ("update", [data], _) => running.update(cx, call, data),
            ("get", [], Some(Arg::Out(target))) => {
                let digest = of_width(running.get(), cx.lvalue_width(target));
                cx.assign(target, digest, call.span);
            }
            // Nobody wants to know.
            ("get", [], _) => {}
            _ => return Err(OtherShape),
        }
        Ok(())
    }
}

impl Checksum {
    fn algorithm(&self, cx: &Cx<'_>) -> Option<Algorithm> {
        let algorithm = cx.algorithm(self.0.as_ref()?)?;
        match algorithm {
            Algorithm::Crc(_) | Algorithm::Csum16 | Algorithm::Identity => Some(algorithm),
            Algorithm::Xor16 | Algorithm::Random => None,
        }
    }
}

/// What a checksum has come to.
struct Running {
    algorithm: Algorithm,
    digest: Place,
    /// Bits so far, where they matter.
    at: Option<Place>,
    /// Which description of a custom CRC it goes by, from its beginning to its end.
    which: Option<Place>,
}

impl Running {
    fn of(cx: &mut Cx<'_>, id: ExternId, algorithm: Algorithm) -> Running {
        let digest = cx.kept_for(id, "digest", CType::U64);
        let at = (algorithm == Algorithm::Identity).then(|| cx.kept_for(id, "at", CType::U32));
        let is_custom = matches!(algorithm, Algorithm::Crc(Crc::Custom(_)));
        let which = is_custom.then(|| cx.kept_for(id, "which", CType::U64));
        Running { algorithm, digest, at, which }
    }

    fn register(&self, crc: Crc) -> Register<'_> {
        Register { crc, which: self.which.as_ref() }
    }

    fn clear(&self, cx: &mut Cx<'_>) {
        let initial = match self.algorithm {
            Algorithm::Crc(crc) => {
                if let (Some(which), Some(current)) = (&self.which, crc.current()) {
                    cx.out.assignment(which, current);
                }
                self.register(crc).first()
            }
            _ => code!("0"),
        };
        cx.out.assignment(&self.digest, initial);
        if let Some(at) = &self.at {
            cx.out.assignment(at, 0u32);
        }
    }

    fn update(&self, cx: &mut Cx<'_>, call: &Call<'_>, data: &Arg) {
        let Some(groups) = cx.row_of(data, call.span) else { return };
        let unit = if self.algorithm == Algorithm::Csum16 { 16 } else { 8 };
        if !groups.iter().all(|group| group.is_of(unit)) {
            let message = format!(
                "`update` with data that is no multiple of {unit} bits cannot be compiled to XDP yet"
            );
            return cx.refuse(codes::E0524, call.span, message);
        }
        match self.algorithm {
            Algorithm::Csum16 => {
                let sum = cx.words(&groups);
                let digest = &self.digest;
                cx.out.assignment(digest, code!("(__u16)~@csum_fold64({} + {})", sum, digest));
            }
            Algorithm::Crc(crc) => self.crc(cx, &self.register(crc), &groups),
            Algorithm::Identity => self.first_bytes(cx, call, &groups),
            Algorithm::Xor16 | Algorithm::Random => cx.refuse_algorithm(call),
        }
    }

    fn crc(&self, cx: &mut Cx<'_>, register: &Register<'_>, groups: &[Group]) {
        let digest = &self.digest;
        for group in groups {
            cx.where_there(group, |cx| {
                if let Some(bytes) = &group.bytes {
                    let (text, _) = cx.of_bytes(register.of_bytes(), bytes, register.front(digest, None));
                    cx.out.assignment(digest, text);
                }
                for piece in cx.pieces(&group.values, 64, true) {
                    let (bytes, value) = (piece.width / 8, piece.masked().text);
                    cx.out.assignment(digest, register.bytes(digest, value, bytes));
                }
            });
        }
    }

    fn first_bytes(&self, cx: &mut Cx<'_>, call: &Call<'_>, groups: &[Group]) {
        let (digest, Some(at)) = (&self.digest, &self.at) else { return };
        for group in groups {
            if group.bytes.is_some() {
                return cx.refuse_algorithm(call);
            }
            cx.where_there(group, |cx| {
                for piece in cx.pieces(&group.values, 64, true) {
                    let (width, value) = (piece.width, piece.masked().text);
                    cx.out
                        .assignment(digest, code!("@bits_behind({}, {}, {}, {})", digest, at, value, width));
                    cx.out.update(at.name(), code!("{} += {};", at, width));
                }
            });
        }
    }

    fn get(&self) -> CExpr {
        let digest = &self.digest;
        match (self.algorithm, &self.at) {
            (Algorithm::Crc(crc), _) => match self.register(crc).last(digest) {
                Some(last) => CExpr::atom(code!("({})", last), CType::U64, crc.width()),
                None => CExpr::atom(digest, CType::U64, crc.width()),
            },
            (Algorithm::Csum16, _) => CExpr::atom(code!("(__u16)~{}", digest), CType::U16, 16),
            (Algorithm::Identity, Some(at)) => {
                CExpr::atom(code!("@whole_bytes({}, {})", digest, at), CType::U64, 64)
            }
            _ => CExpr::atom(digest, CType::U64, 16),
        }
    }
}
