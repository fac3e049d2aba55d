//! Keys of tables that have the same value for every packet.

use super::Lint;
use crate::diagnostic::{Diagnostic, codes};
use crate::typecheck::const_eval::eval_local;

pub(super) fn check(lint: &mut Lint<'_>) {
    let program = lint.program;
    for table in program.tables.values() {
        for key in &table.keys {
            if eval_local(program, &key.expr).is_ok() {
                let message = "this key is the same for every packet";
                let finding = Diagnostic::warning(codes::W0317, key.expr.span, message);
                lint.emit(finding.with_label(table.name.span, "of this table"));
            }
        }
    }
}
