//! What blocks say by calls about the packet's fate: in, a program of an architecture that has such calls; out, one in which they are
//! stores to variables, which the pipeline reads.
//!
//! ```text
//! send_to_port(port);        =>  egress_port = port;  fate = 1;
//! drop_packet();             =>  fate = 0;
//! ```

use crate::layout::extern_facts::{ExternFacts, Request};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{
    Arg, Block, Expr, ExprKind, LValue, Local, LocalId, Program, ScalarType, Stmt, StmtKind,
};

/// The variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    /// The number of the last word, [`Request::Fate`] or that of [`Request::Send`]; 0 at first.
    pub(crate) fate: LocalId,
    /// The port by which the packet is to leave.
    pub(crate) port: LocalId,
    /// For the port that it came by.
    pub(crate) arrived: LocalId,
}

/// The number that stands for sending.
const SENT: u32 = 1;

/// Puts stores in the place of calls, if the architecture has such calls.
pub(crate) fn lower(program: &Program, externs: &ExternFacts) -> Option<(Program, Requested)> {
    if !externs.any_requests() {
        return None;
    }
    let mut program = program.clone();
    let ty = ScalarType::Bits { width: 32, signed: false };
    let mut local = |name: &str| {
        program.locals.push(Local { name: name.into(), ty, annotations: Vec::new(), span: Span::NONE })
    };
    let requested =
        Requested { fate: local("fate"), port: local("output_port"), arrived: local("arrived_by") };
    for block in program.blocks_mut() {
        lower_block(block, externs, &requested, ty);
    }
    Some((program, requested))
}

fn lower_block(block: &mut Block, externs: &ExternFacts, requested: &Requested, ty: ScalarType) {
    let before = std::mem::take(block);
    for mut stmt in before {
        let span = stmt.span;
        let mut assign = |local, src| {
            block.push(Stmt { kind: StmtKind::Assign { dst: LValue::Local(local), src }, span });
        };
        let number = |value: u32| Expr { kind: ExprKind::Const(value.into()), ty, span };
        if let StmtKind::CallExtern { instance: None, name, args, .. } = &stmt.kind
            && let Some(request) = externs.of(name).request
        {
            match (request, args.as_slice()) {
                (Request::Fate(fate), []) => {
                    assign(requested.fate, number(fate));
                    continue;
                }
                (Request::Send, [Arg::In(port)]) if port.ty == ty => {
                    assign(requested.port, port.clone());
                    assign(requested.fate, number(SENT));
                    continue;
                }
                // One that the program declares by that name: it is refused where it is written.
                (Request::Fate(_) | Request::Send, _) => {}
            }
        }
        stmt.blocks_mut().into_iter().for_each(|inner| lower_block(inner, externs, requested, ty));
        block.push(stmt);
    }
}
