//! What blocks say by calls about the packet's fate: in, a program of an architecture that has such calls; out, one in which they are
//! stores to variables, which the pipeline reads.
//!
//! ```text
//! send_to_port(port);                          =>  output_port = port;  fate = 1;
//! drop_packet();                               =>  fate = 0;
//! resubmit_preserving_field_list(list);        =>  resubmit = 1 + list;
//! clone(CloneType.I2E, session);               =>  clone = all ones;  session = session;
//! ```

use crate::layout::extern_facts::{ExternFacts, Request};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Arg, BinaryOp, Block, Expr, ExprKind, LValue, Local, LocalId, Program, ScalarType, Stmt, StmtKind, visit,
};

/// The variables, all 0 at first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    /// The number of the last word: [`Request::Fate`], or 1 for [`Request::Send`].
    pub(crate) fate: LocalId,
    /// The port by which the packet is to leave.
    pub(crate) port: LocalId,
    /// How the packet is to go round as it came: 1 and the id of a field list, or [`NO_LIST`].
    pub(crate) resubmit: LocalId,
    /// The same as it leaves.
    pub(crate) recirculate: LocalId,
    /// How it is to be cloned, likewise.
    pub(crate) clone: LocalId,
    /// By which session.
    pub(crate) session: LocalId,
}

/// The number that stands for sending.
const SENT: u32 = 1;

/// Goes round and keeps nothing; field lists have smaller numbers.
const NO_LIST: u32 = u32::MAX;

/// The number that stands for a field list.
pub(crate) const FIRST_LIST: u32 = 1;

/// Puts stores in the place of calls, if there are such calls.
pub(crate) fn lower(program: &Program, externs: &ExternFacts) -> Option<(Program, Requested)> {
    let mut any = false;
    for block in program.blocks() {
        visit::statements(block, &mut |stmt| any |= request(stmt, externs).is_some());
    }
    if !any {
        return None;
    }
    let mut program = program.clone();
    let mut local = |name: &str| {
        program.locals.push(Local {
            name: name.into(),
            ty: NUMBER,
            annotations: Vec::new(),
            span: Span::NONE,
        })
    };
    let requested = Requested {
        fate: local("fate"),
        port: local("output_port"),
        resubmit: local("resubmitted"),
        recirculate: local("recirculated"),
        clone: local("cloned"),
        session: local("clone_session"),
    };
    for block in program.blocks_mut() {
        lower_block(block, externs, &requested);
    }
    Some((program, requested))
}

/// The variables' type.
const NUMBER: ScalarType = ScalarType::Bits { width: 32, signed: false };

fn request(stmt: &Stmt, externs: &ExternFacts) -> Option<Request> {
    match &stmt.kind {
        StmtKind::CallExtern { instance: None, name, .. } => externs.of(name).request,
        _ => None,
    }
}

fn lower_block(block: &mut Block, externs: &ExternFacts, requested: &Requested) {
    for mut stmt in std::mem::take(block) {
        match stores(&stmt, externs, requested) {
            Some(stores) => {
                let span = stmt.span;
                block.extend(stores.into_iter().map(|(local, src)| Stmt {
                    kind: StmtKind::Assign { dst: LValue::Local(local), src },
                    span,
                }));
            }
            None => {
                stmt.blocks_mut().into_iter().for_each(|inner| lower_block(inner, externs, requested));
                block.push(stmt);
            }
        }
    }
}

/// What a call stores; nothing if it is none of these, or of another shape, as a program may declare a function by such a name.
fn stores(stmt: &Stmt, externs: &ExternFacts, requested: &Requested) -> Option<Vec<(LocalId, Expr)>> {
    let request = request(stmt, externs)?;
    let StmtKind::CallExtern { args, .. } = &stmt.kind else { return None };
    let span = stmt.span;
    let number = |value: u32| Expr { kind: ExprKind::Const(value.into()), ty: NUMBER, span };
    let list_of = |list: Option<usize>, args: &[Arg]| {
        let Some(position) = list else { return Some(number(NO_LIST)) };
        let list = args.get(position)?.value()?;
        let list = Expr { kind: ExprKind::Cast(Box::new(list.clone())), ty: NUMBER, span };
        let sum = ExprKind::Binary(BinaryOp::Add, Box::new(list), Box::new(number(FIRST_LIST)));
        Some(Expr { kind: sum, ty: NUMBER, span })
    };
    match (request, args.as_slice()) {
        (Request::Fate(fate), []) => Some(vec![(requested.fate, number(fate))]),
        (Request::Send, [Arg::In(port)]) if port.ty == NUMBER => {
            Some(vec![(requested.port, port.clone()), (requested.fate, number(SENT))])
        }
        (Request::Round { resubmit, list }, args) => {
            let variable = if resubmit { requested.resubmit } else { requested.recirculate };
            Some(vec![(variable, list_of(list, args)?)])
        }
        (Request::Clone { list }, args) => {
            let session = args.get(1)?.value().filter(|session| session.ty == NUMBER)?;
            Some(vec![(requested.clone, list_of(list, args)?), (requested.session, session.clone())])
        }
        (Request::Fate(_) | Request::Send, _) => None,
    }
}
