//! Extern functions and methods.

use super::Cx;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, ExternId, TypeShape};

impl Cx<'_> {
    /// Writes the call of an extern.
    pub(super) fn call_extern(
        &mut self,
        instance: Option<ExternId>,
        name: &str,
        type_args: &[TypeShape],
        args: &[Arg],
        result: Option<&Arg>,
        span: Span,
    ) {
        let _ = (instance, type_args, args, result);
        self.refuse(codes::E0516, span, format!("the extern `{name}` is not supported yet"));
    }
}
