//! Walks over the IR, for passes and analyses that care for few of its nodes: a kind of node is listed here, and once.

use super::*;

/// Defines a walk that reads and the same walk that changes.
macro_rules! walks {
    (
        $(#[$derive:meta])*
        $part:ident, $parts:ident, $exprs:ident, $operands:ident, $flow:ident, $flow_of:ident, $blocks:ident, $iter:ident, $values:ident $(, $mut:ident)?
    ) => {
        /// What a statement or an argument is made of, nested blocks aside.
        $(#[$derive])*
        pub enum $part<'a> {
            /// An expression that is evaluated.
            Expr(&'a $($mut)? Expr),
            /// Where a scalar is written.
            Target(&'a $($mut)? LValue),
            /// A header that is written.
            Written(&'a $($mut)? HeaderRef),
            /// A header that is read, or handed to an extern.
            Header(&'a $($mut)? HeaderRef),
            /// A stack that moves, or is handed to an extern.
            Stack(&'a $($mut)? StackId),
            /// A local that receives what the statement finds.
            Local(&'a $($mut)? LocalId),
            /// An argument of an extern; an argument has none of these, nor the next.
            Arg(&'a $($mut)? Arg),
            /// The receiver of an extern's result.
            Result(&'a $($mut)? Arg),
        }

        impl<'a> $part<'a> {
            /// Visits the expressions in it.
            pub fn exprs(self, visit: &mut dyn FnMut(&'a $($mut)? Expr)) {
                match self {
                    $part::Expr(expr) => visit(expr),
                    $part::Target(lvalue) => lvalue.$exprs(visit),
                    $part::Written(header) | $part::Header(header) => header.$exprs(visit),
                    $part::Arg(arg) | $part::Result(arg) => arg.$parts(&mut |part| part.exprs(visit)),
                    $part::Stack(_) | $part::Local(_) => {}
                }
            }
        }

        /// Where control goes from a statement.
        #[derive(Debug)]
        pub enum $flow<'a> {
            /// To the next one, unless the packet is at fault.
            Next,
            /// Through one of the blocks.
            Branches(Vec<&'a $($mut)? Block>),
            /// Through the block, which may leave the label.
            Labelled(LabelId, &'a $($mut)? Block),
            /// Through the block for ever.
            Loop(&'a $($mut)? Block),
            /// Behind the block with the label.
            Leave(LabelId),
            /// To the next one if this holds, else to reject.
            Verify(&'a $($mut)? Expr),
            /// To reject.
            Reject,
        }

        impl Stmt {
            /// Where control goes from this statement.
            pub fn $flow_of(&$($mut)? self) -> $flow<'_> {
                match &$($mut)? self.kind {
                    StmtKind::If { then_block, else_block, .. } => $flow::Branches(vec![then_block, else_block]),
                    StmtKind::Switch { cases, default, .. } => $flow::Branches(
                        cases.$iter().map(|(_, block)| block).chain(std::iter::once(default)).collect(),
                    ),
                    StmtKind::Labelled { label, body, .. } => $flow::Labelled(*label, body),
                    StmtKind::Loop { body, .. } => $flow::Loop(body),
                    StmtKind::Leave(label) => $flow::Leave(*label),
                    StmtKind::Verify { condition, .. } => $flow::Verify(condition),
                    StmtKind::Reject { .. } => $flow::Reject,
                    StmtKind::Assign { .. }
                    | StmtKind::SetValid { .. }
                    | StmtKind::CopyHeader { .. }
                    | StmtKind::PushFront { .. }
                    | StmtKind::PopFront { .. }
                    | StmtKind::ApplyTable { .. }
                    | StmtKind::CallExtern { .. }
                    | StmtKind::Extract { .. }
                    | StmtKind::Lookahead { .. }
                    | StmtKind::Advance { .. }
                    | StmtKind::PacketLength { .. }
                    | StmtKind::Emit(_)
                    | StmtKind::EmitScalar(_) => $flow::Next,
                }
            }

            /// The blocks directly in this statement.
            pub fn $blocks(&$($mut)? self) -> Vec<&$($mut)? Block> {
                match self.$flow_of() {
                    $flow::Branches(blocks) => blocks,
                    $flow::Labelled(_, body) | $flow::Loop(body) => vec![body],
                    $flow::Next | $flow::Leave(_) | $flow::Verify(_) | $flow::Reject => Vec::new(),
                }
            }

            /// Visits the parts of this statement, those of its blocks and its table not included.
            pub fn $parts<'a>(&'a $($mut)? self, visit: &mut dyn FnMut($part<'a>)) {
                match &$($mut)? self.kind {
                    StmtKind::Assign { dst, src } => {
                        visit($part::Target(dst));
                        visit($part::Expr(src));
                    }
                    StmtKind::SetValid { header, .. } => visit($part::Written(header)),
                    StmtKind::CopyHeader { dst, src } => {
                        visit($part::Written(dst));
                        visit($part::Header(src));
                    }
                    StmtKind::PushFront { stack, .. } | StmtKind::PopFront { stack, .. } => {
                        visit($part::Stack(stack));
                    }
                    StmtKind::If { condition: e, .. }
                    | StmtKind::Switch { scrutinee: e, .. }
                    | StmtKind::Advance { bits: e }
                    | StmtKind::Reject { error: e }
                    | StmtKind::EmitScalar(e) => visit($part::Expr(e)),
                    StmtKind::ApplyTable { hit, action_run, .. } => {
                        hit.$iter().chain(action_run).for_each(|local| visit($part::Local(local)));
                    }
                    StmtKind::CallExtern { args, result, .. } => {
                        args.$iter().for_each(|arg| visit($part::Arg(arg)));
                        result.$iter().for_each(|arg| visit($part::Result(arg)));
                    }
                    StmtKind::Extract { header, varbit_bits } => {
                        visit($part::Written(header));
                        varbit_bits.$iter().for_each(|e| visit($part::Expr(e)));
                    }
                    StmtKind::Lookahead { dst, .. } | StmtKind::PacketLength { dst } => visit($part::Local(dst)),
                    StmtKind::Verify { condition, error } => {
                        visit($part::Expr(condition));
                        visit($part::Expr(error));
                    }
                    StmtKind::Emit(header) => visit($part::Header(header)),
                    StmtKind::Labelled { .. } | StmtKind::Leave(_) | StmtKind::Loop { .. } => {}
                }
            }

            /// Visits the expressions that this statement evaluates itself, those in indices included, not those in its blocks.
            pub fn $exprs<'a>(&'a $($mut)? self, visit: &mut dyn FnMut(&'a $($mut)? Expr)) {
                self.$parts(&mut |part| part.exprs(visit));
            }
        }

        impl LValue {
            /// Visits the expressions in indices.
            pub fn $exprs<'a>(&'a $($mut)? self, visit: &mut dyn FnMut(&'a $($mut)? Expr)) {
                match self {
                    LValue::Local(_) => {}
                    LValue::Field { header, .. } => header.$exprs(visit),
                    LValue::Slice { base, .. } => base.$exprs(visit),
                }
            }
        }

        impl HeaderRef {
            /// Visits the index.
            pub fn $exprs<'a>(&'a $($mut)? self, visit: &mut dyn FnMut(&'a $($mut)? Expr)) {
                match self {
                    HeaderRef::Header(_) | HeaderRef::Next(_) | HeaderRef::Last(_) => {}
                    HeaderRef::Element { index, .. } => visit(index),
                }
            }
        }

        impl Arg {
            /// Visits what it is made of, for a structure that of its fields.
            pub fn $parts<'a>(&'a $($mut)? self, visit: &mut dyn FnMut($part<'a>)) {
                match self {
                    Arg::In(expr) => visit($part::Expr(expr)),
                    Arg::While { condition, value } => {
                        visit($part::Expr(condition));
                        visit($part::Expr(value));
                    }
                    Arg::Out(lvalue) => visit($part::Target(lvalue)),
                    Arg::Header(header) => visit($part::Header(header)),
                    Arg::Stack(stack) => visit($part::Stack(stack)),
                    Arg::Struct(fields) => fields.$iter().for_each(|(_, field)| field.$parts(visit)),
                    Arg::String(_) | Arg::Extern(_) | Arg::Packet | Arg::Missing => {}
                }
            }
        }

        impl Expr {
            /// Visits the operands, indices included.
            pub fn $operands<'a>(&'a $($mut)? self, visit: &mut dyn FnMut(&'a $($mut)? Expr)) {
                match &$($mut)? self.kind {
                    ExprKind::Const(_) | ExprKind::Local(_) => {}
                    ExprKind::Field { header, .. } | ExprKind::IsValid(header) => header.$exprs(visit),
                    ExprKind::Unary(_, a) | ExprKind::Cast(a) | ExprKind::Slice { base: a, .. } => visit(a),
                    ExprKind::Binary(_, a, b) => {
                        visit(a);
                        visit(b);
                    }
                    ExprKind::Conditional(c, a, b) => {
                        visit(c);
                        visit(a);
                        visit(b);
                    }
                }
            }
        }

        impl Program {
            /// All outermost blocks: prologues and states, controls, actions.
            pub fn $blocks(&$($mut)? self) -> impl Iterator<Item = &$($mut)? Block> {
                let parsers = self.parsers.$values().flat_map(|parser| {
                    let states = parser.states.$values().map(|state| &$($mut)? state.body);
                    std::iter::once(&$($mut)? parser.prologue).chain(states)
                });
                let controls = self.controls.$values().map(|control| &$($mut)? control.body);
                parsers.chain(controls).chain(self.actions.$values().map(|action| &$($mut)? action.body))
            }
        }
    };
}

walks! { #[derive(Clone, Copy, Debug)] Part, parts, exprs, operands, Flow, flow, blocks, iter, values }
walks! { #[derive(Debug)] PartMut, parts_mut, exprs_mut, operands_mut, FlowMut, flow_mut, blocks_mut, iter_mut, values_mut, mut }

impl Part<'_> {
    /// Visits the references to headers in it, also those in its expressions.
    fn headers(self, visit: &mut dyn FnMut(&HeaderRef)) {
        match self {
            Part::Expr(expr) => expr.headers(visit),
            Part::Target(lvalue) => {
                if let LValue::Field { header, .. } = lvalue.root() {
                    header.headers(visit);
                }
            }
            Part::Written(header) | Part::Header(header) => header.headers(visit),
            Part::Arg(arg) | Part::Result(arg) => arg.parts(&mut |part| part.headers(visit)),
            Part::Stack(_) | Part::Local(_) => {}
        }
    }
}

impl Stmt {
    /// Visits the references to headers in this statement itself, also those in its expressions, not those in its blocks.
    pub fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        self.parts(&mut |part| part.headers(visit));
    }
}

impl LValue {
    /// The header and field that it is part of, if it is no local.
    pub fn root(&self) -> &LValue {
        match self {
            LValue::Local(_) | LValue::Field { .. } => self,
            LValue::Slice { base, .. } => base.root(),
        }
    }
}

impl HeaderRef {
    /// Visits itself, and what is in its index.
    fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        visit(self);
        self.exprs(&mut |index| index.headers(visit));
    }
}

impl Arg {
    /// The value that is handed in, if it is one number that is always there.
    pub fn value(&self) -> Option<&Expr> {
        if let Arg::In(value) = self { Some(value) } else { None }
    }

    /// Visits the numbers that are written, those of structures included; headers are not among them.
    pub fn targets<'a>(&'a self, visit: &mut dyn FnMut(&'a LValue)) {
        self.parts(&mut |part| {
            if let Part::Target(target) = part {
                visit(target);
            }
        });
    }
}

impl Expr {
    /// The header that it reads a field or the validity of.
    pub fn header(&self) -> Option<&HeaderRef> {
        match &self.kind {
            ExprKind::Field { header, .. } | ExprKind::IsValid(header) => Some(header),
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => None,
        }
    }

    /// Visits the references to headers in it.
    pub fn headers(&self, visit: &mut dyn FnMut(&HeaderRef)) {
        match self.header() {
            Some(header) => header.headers(visit),
            None => self.operands(&mut |operand| operand.headers(visit)),
        }
    }
}

/// Visits all statements of a block and of the blocks in it, outer ones first.
pub fn statements<'a>(block: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in block {
        visit(stmt);
        for inner in stmt.blocks() {
            statements(inner, visit);
        }
    }
}

/// Visits every statement's own expressions in a block and the blocks in it.
pub fn block_exprs_mut(block: &mut Block, visit: &mut dyn FnMut(&mut Expr)) {
    for stmt in block {
        stmt.exprs_mut(visit);
        for inner in stmt.blocks_mut() {
            block_exprs_mut(inner, visit);
        }
    }
}

impl Program {
    /// Every expression that is no part of another one.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        for block in self.blocks_mut() {
            block_exprs_mut(block, visit);
        }
        for parser in self.parsers.values_mut() {
            for state in parser.states.values_mut() {
                if let Transition::Select { keys, .. } = &mut state.transition {
                    keys.iter_mut().for_each(&mut *visit);
                }
            }
        }
        for table in self.tables.values_mut() {
            table.key_exprs_mut().for_each(&mut *visit);
        }
    }
}
