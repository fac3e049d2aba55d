//! A valid program, broken in one way after another.

use super::validate;
use crate::ir::*;
use p4xdp_frontend::source::Span;

const NONE: Span = Span::NONE;

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: NONE }
}

fn bits(width: u32, value: u32) -> Expr {
    Expr::constant(value, ScalarType::bit(width), NONE)
}

struct Ids {
    x: LocalId,
    flag: LocalId,
    header: HeaderId,
    stack: StackId,
    label: LabelId,
    table: TableId,
    action: ActionId,
    control: ControlId,
    parser: ParserId,
}

/// A parser that extracts a header and selects by it, and a control with a table.
fn valid() -> (Program, Ids) {
    let mut p = Program { errors: vec!["NoError".into()], ..Program::default() };
    let field = |name: &str, width, offset| HeaderField {
        name: name.into(),
        ty: ScalarType::bit(width),
        offset,
        annotations: vec![],
    };
    let ty = p.header_types.push(HeaderType {
        name: "h_t".into(),
        fields: vec![field("a", 8, 0), field("b", 4, 8)],
        annotations: vec![],
        span: NONE,
    });
    let mut local =
        |name: &str, ty| p.locals.push(Local { name: name.into(), ty, annotations: vec![], span: NONE });
    let x = local("x", ScalarType::bit(8));
    let flag = local("flag", ScalarType::Bool);
    let error = local("error", ScalarType::Error);
    let next_index = local("next", ScalarType::bit(32));
    let data = local("data", ScalarType::bit(8));
    let header = p.headers.push(Header { name: "h".into(), ty, span: NONE });
    let element = p.headers.push(Header { name: "s[0]".into(), ty, span: NONE });
    let stack =
        p.stacks.push(Stack { name: "s".into(), ty, elements: vec![element], next_index, span: NONE });
    let label = p.labels.push(NONE);
    let action = p.actions.push(Action {
        name: "act".into(),
        params: vec![ActionParam {
            name: "data".into(),
            local: data,
            ty: ScalarType::bit(8),
            type_name: None,
            annotations: vec![],
        }],
        body: vec![stmt(StmtKind::Leave(label))],
        annotations: vec![],
        span: NONE,
    });
    let call = ActionCall { action: 0, args: vec![7u8.into()], span: NONE };
    let key = KeyElement {
        there: None,
        type_name: None,
        name: "k".into(),
        expr: Expr::local(x, ScalarType::bit(8), NONE),
        match_kind: MatchKind::Exact,
        annotations: vec![],
    };
    let entry = Entry {
        keysets: vec![Keyset::Value(255u8.into())],
        action: call.clone(),
        priority: None,
        is_const: true,
        span: NONE,
    };
    let table = p.tables.push(Table {
        name: "t".into(),
        keys: vec![key],
        actions: vec![TableAction { action, table_only: false, default_only: false, annotations: vec![] }],
        default_action: call,
        default_is_const: false,
        entries: vec![entry],
        entries_are_const: true,
        size: None,
        properties: vec![],
        annotations: vec![],
        span: NONE,
    });
    let apply = stmt(StmtKind::ApplyTable { table, hit: Some(flag), action_run: None });
    let body = vec![stmt(StmtKind::Labelled { label, atomic: false, body: vec![apply] })];
    let control = p.controls.push(Control { name: "c".into(), body, span: NONE });
    let mut states = p4xdp_frontend::arena::Arena::new();
    let href = HeaderRef::Header(header);
    let extract = stmt(StmtKind::Extract { header: HeaderRef::Next(stack), varbit_bits: None });
    let key = Expr { kind: ExprKind::Field { header: href, field: 1 }, ty: ScalarType::bit(4), span: NONE };
    let case = SelectCase { keysets: vec![Keyset::Universal], target: Target::Accept, span: NONE };
    let start = states.push(ParserState {
        name: "start".into(),
        body: vec![extract],
        transition: Transition::Select { keys: vec![key], cases: vec![case] },
        span: NONE,
    });
    let parser = p.parsers.push(Parser {
        name: "p".into(),
        prologue: vec![],
        states,
        start,
        error,
        atomic: false,
        span: NONE,
    });
    let stage = |block| Stage { role: "r".into(), block, params: vec![] };
    p.stages = vec![stage(StageBlock::Parser(parser)), stage(StageBlock::Control(control))];
    (p, Ids { x, flag, header, stack, label, table, action, control, parser })
}

#[test]
fn a_valid_program_has_no_violations() {
    assert_eq!(validate(&valid().0), []);
}

/// Breaks the program by a statement in front of the control's body.
fn with_control_stmt(make: impl Fn(&Ids) -> StmtKind) -> Program {
    let (mut p, ids) = valid();
    let kind = make(&ids);
    p.controls[ids.control].body.insert(0, stmt(kind));
    p
}

fn with_parser_stmt(make: impl Fn(&Ids) -> StmtKind) -> Program {
    let (mut p, ids) = valid();
    let kind = make(&ids);
    p.parsers[ids.parser].states[StateId::from_u32(0)].body.push(stmt(kind));
    p
}

fn broken(change: impl Fn(&mut Program, &Ids)) -> Program {
    let (mut p, ids) = valid();
    change(&mut p, &ids);
    p
}

fn value_set(p: &mut Program, widths: Vec<u32>) -> ValueSetId {
    let keys = widths.into_iter().map(|width| ValueSetKey {
        name: "k".into(),
        ty: ScalarType::bit(width),
        type_name: None,
        match_kind: MatchKind::Exact,
        annotations: vec![],
    });
    let keys = keys.collect();
    p.value_sets.push(ValueSet { name: "s".into(), keys, size: 1, annotations: vec![], span: NONE })
}

/// Selects by the key as often as there are keysets, the first of them a value set of these widths.
fn select_value_set(p: &mut Program, ids: &Ids, widths: Vec<u32>, more: Vec<Keyset>) {
    let set = value_set(p, widths);
    let state = &mut p.parsers[ids.parser].states[StateId::from_u32(0)];
    let Transition::Select { keys, cases } = &mut state.transition else { return };
    for keyset in &more {
        let key = keys[0].clone();
        keys.push(key);
        assert_ne!(*keyset, Keyset::Universal);
    }
    cases[0].keysets = std::iter::once(Keyset::ValueSet(set)).chain(more).collect();
}

#[test]
fn each_rule_is_looked_after() {
    let local = |ids: &Ids, ty| Expr::local(ids.x, ty, NONE);
    let assign = |dst, src| StmtKind::Assign { dst, src };
    let cases: Vec<(&str, Program)> = vec![
        ("do not agree", with_control_stmt(|i| assign(LValue::Local(i.x), bits(9, 1)))),
        ("do not agree", with_control_stmt(|i| assign(LValue::Local(i.x), local(i, ScalarType::bit(9))))),
        ("wider than its type", with_control_stmt(|i| assign(LValue::Local(i.x), bits(8, 256)))),
        (
            "a local that does not exist",
            with_control_stmt(|_| assign(LValue::Local(LocalId::from_u32(99)), bits(8, 1))),
        ),
        (
            "a field that does not exist",
            with_control_stmt(|i| {
                assign(LValue::Field { header: HeaderRef::Header(i.header), field: 2 }, bits(8, 1))
            }),
        ),
        (
            "outside of its base",
            with_control_stmt(|i| {
                assign(LValue::Slice { base: Box::new(LValue::Local(i.x)), hi: 8, lo: 8 }, bits(1, 1))
            }),
        ),
        (
            "types of a condition",
            with_control_stmt(|_| StmtKind::If {
                condition: bits(1, 1),
                then_block: vec![],
                else_block: vec![],
            }),
        ),
        (
            "a label that occurs twice",
            with_control_stmt(|i| StmtKind::Switch {
                scrutinee: local(i, ScalarType::bit(8)),
                cases: vec![(vec![1u8.into()], vec![]), (vec![1u8.into()], vec![])],
                default: vec![],
            }),
        ),
        (
            "wider than the scrutinee",
            with_control_stmt(|i| StmtKind::Switch {
                scrutinee: local(i, ScalarType::bit(8)),
                cases: vec![(vec![256u32.into()], vec![])],
                default: vec![],
            }),
        ),
        ("outside of its block", with_control_stmt(|i| StmtKind::Leave(i.label))),
        (
            "with two blocks",
            with_control_stmt(|i| StmtKind::Labelled { label: i.label, atomic: false, body: vec![] }),
        ),
        ("outside of a parser", with_control_stmt(|_| StmtKind::Advance { bits: bits(32, 8) })),
        (
            "`next` that is not extracted",
            with_control_stmt(|i| StmtKind::SetValid { header: HeaderRef::Next(i.stack), valid: true }),
        ),
        ("emit in a parser", with_parser_stmt(|i| StmtKind::Emit(HeaderRef::Header(i.header)))),
        (
            "applied outside of a control",
            with_parser_stmt(|i| StmtKind::ApplyTable { table: i.table, hit: None, action_run: None }),
        ),
        (
            "without varbit",
            with_parser_stmt(|i| StmtKind::Extract {
                header: HeaderRef::Header(i.header),
                varbit_bits: Some(bits(32, 8)),
            }),
        ),
        ("types of an advance", with_parser_stmt(|_| StmtKind::Advance { bits: bits(16, 8) })),
        ("types of an error", with_parser_stmt(|_| StmtKind::Reject { error: bits(32, 0) })),
        ("a lookahead into", with_parser_stmt(|i| StmtKind::Lookahead { offset: 0, dst: i.flag })),
        ("another number of keysets", broken(|p, i| p.tables[i.table].entries[0].keysets.clear())),
        (
            "a keyset wider",
            broken(|p, i| {
                p.tables[i.table].entries[0].keysets = vec![Keyset::Value(256u32.into())];
            }),
        ),
        ("another number of arguments", broken(|p, i| p.tables[i.table].default_action.args.clear())),
        (
            "wider than the parameter",
            broken(|p, i| {
                p.tables[i.table].default_action.args = vec![256u32.into()];
            }),
        ),
        ("outside of the table's list", broken(|p, i| p.tables[i.table].default_action.action = 1)),
        ("table-only", broken(|p, i| p.tables[i.table].actions[0].table_only = true)),
        ("default-only", broken(|p, i| p.tables[i.table].actions[0].default_only = true)),
        ("an action's parameter", broken(|p, i| p.actions[i.action].params[0].ty = ScalarType::bit(9))),
        (
            "outside of its block",
            broken(|p, i| {
                // The label is no longer around the table's application.
                let StmtKind::Labelled { body, .. } = p.controls[i.control].body.remove(0).kind else {
                    return;
                };
                p.controls[i.control].body = body;
            }),
        ),
        (
            "a transition to a state",
            broken(|p, i| {
                p.parsers[i.parser].states[StateId::from_u32(0)].transition =
                    Transition::Direct(Target::State(StateId::from_u32(5)));
            }),
        ),
        (
            "a select without keys",
            broken(|p, i| {
                p.parsers[i.parser].states[StateId::from_u32(0)].transition =
                    Transition::Select { keys: vec![], cases: vec![] };
            }),
        ),
        ("the parser's error", broken(|p, i| p.parsers[i.parser].error = i.x)),
        ("next_index", broken(|p, i| p.stacks[i.stack].next_index = i.x)),
        (
            "a field's offset",
            broken(|p, _| {
                p.header_types[HeaderTypeId::from_u32(0)].fields[1].offset = 9;
            }),
        ),
        (
            "two parameters in one local",
            broken(|p, i| {
                let param = p.actions[i.action].params[0].clone();
                p.actions[i.action].params.push(param);
            }),
        ),
        (
            "a header in two places of stacks",
            broken(|p, i| {
                let twice = p.stacks[i.stack].elements[0];
                p.stacks[i.stack].elements.push(twice);
            }),
        ),
        (
            "a header in two places of unions",
            broken(|p, i| {
                let members = vec![("m".into(), i.header), ("n".into(), i.header)];
                p.unions.push(Union { name: "u".into(), members });
            }),
        ),
        (
            "without a place on the wire",
            broken(|p, _| {
                p.header_types[HeaderTypeId::from_u32(0)].fields[0].ty = ScalarType::Error;
            }),
        ),
        (
            "a constant that its type does not have",
            with_parser_stmt(|_| StmtKind::Reject { error: Expr::constant(7u8, ScalarType::Error, NONE) }),
        ),
        (
            "a constant that its type does not have",
            with_control_stmt(|_| {
                StmtKind::EmitScalar(Expr::constant(1u8, ScalarType::Varbit { max: 8 }, NONE))
            }),
        ),
        ("a value set of other types", broken(|p, i| select_value_set(p, i, vec![8], vec![]))),
        (
            "a keyset where a value set already stands",
            broken(|p, i| {
                select_value_set(p, i, vec![4, 4], vec![Keyset::Value(1u8.into())]);
            }),
        ),
        (
            "a result that nothing receives",
            with_control_stmt(|_| StmtKind::CallExtern {
                instance: None,
                name: "f".into(),
                type_args: vec![],
                args: vec![],
                result: Some(Arg::In(bits(8, 1))),
            }),
        ),
        (
            "an extern that does not exist",
            with_control_stmt(|_| StmtKind::CallExtern {
                instance: Some(ExternId::from_u32(3)),
                name: "f".into(),
                type_args: vec![],
                args: vec![],
                result: None,
            }),
        ),
        (
            "types of a left operand",
            with_control_stmt(|_| {
                StmtKind::EmitScalar(Expr::binary(
                    BinaryOp::Add,
                    bits(8, 1),
                    bits(9, 1),
                    ScalarType::bit(9),
                    NONE,
                ))
            }),
        ),
        (
            "a shift by something else",
            with_control_stmt(|_| {
                StmtKind::EmitScalar(Expr::binary(
                    BinaryOp::Shl,
                    bits(8, 1),
                    Expr::constant(1u8, ScalarType::Bits { width: 8, signed: true }, NONE),
                    ScalarType::bit(8),
                    NONE,
                ))
            }),
        ),
        (
            "an index that is no unsigned number",
            with_control_stmt(|i| StmtKind::SetValid {
                header: HeaderRef::Element { stack: i.stack, index: Box::new(Expr::bool(true, NONE)) },
                valid: true,
            }),
        ),
        (
            "`last` outside of a parser",
            with_control_stmt(|i| StmtKind::SetValid { header: HeaderRef::Last(i.stack), valid: true }),
        ),
        (
            "`hit`",
            with_control_stmt(|i| StmtKind::ApplyTable { table: i.table, hit: Some(i.x), action_run: None }),
        ),
        (
            "`action_run`",
            with_control_stmt(|i| StmtKind::ApplyTable { table: i.table, hit: None, action_run: Some(i.x) }),
        ),
        (
            "a table that does not exist",
            with_control_stmt(|_| StmtKind::ApplyTable {
                table: TableId::from_u32(9),
                hit: None,
                action_run: None,
            }),
        ),
        (
            "a value set outside of a select",
            broken(|p, i| {
                let set = value_set(p, vec![8]);
                p.tables[i.table].entries[0].keysets = vec![Keyset::ValueSet(set)];
            }),
        ),
        (
            "a stage's control does not exist",
            broken(|p, _| {
                p.stages[1].block = StageBlock::Control(ControlId::from_u32(9));
            }),
        ),
        (
            "the parser's start does not exist",
            broken(|p, i| p.parsers[i.parser].start = StateId::from_u32(9)),
        ),
        (
            "an element of a stack is of another type",
            broken(|p, i| {
                let ty = p.header_types[HeaderTypeId::from_u32(0)].clone();
                p.stacks[i.stack].ty = p.header_types.push(ty);
            }),
        ),
        (
            "with several varbit fields",
            broken(|p, _| {
                let ty = &mut p.header_types[HeaderTypeId::from_u32(0)];
                ty.fields[0].ty = ScalarType::Varbit { max: 8 };
                ty.fields[1].ty = ScalarType::Varbit { max: 8 };
            }),
        ),
        (
            "a place without local",
            broken(|p, _| {
                p.stages[0].params.push(StageParam {
                    name: "q".into(),
                    direction: p4xdp_frontend::hir::Direction::In,
                    place: Place::Scalar(LocalId::from_u32(99)),
                })
            }),
        ),
    ];
    for (message, program) in cases {
        let found = validate(&program);
        assert!(found.iter().any(|v| v.message.contains(message)), "`{message}` not among {found:?}");
    }
}
