//! Where in the program the walk is, and what may be called or instantiated there (appendix "Restrictions on
//! compile time and run time calls").

/// A place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside all bodies.
    TopLevel,
    /// Among the local declarations of a parser.
    ParserLocals,
    /// In a parser state.
    ParserState,
    /// Among the local declarations of a control.
    ControlLocals,
    /// In the `apply` block of a control.
    ControlApply,
    /// In a key expression or property of a table.
    Table,
    /// In the arguments of an action that a table refers to: no table can be applied there.
    ActionArguments,
    /// In an action.
    Action,
    /// In a function.
    Function,
    /// In the implementation of an abstract method.
    Method,
    /// Among the declarations of an object's initializer.
    ObjectInitializer,
}

impl Place {
    /// As a message says it.
    pub(super) fn text(self) -> &'static str {
        match self {
            Place::TopLevel => "at the top level",
            Place::ParserLocals => "among the local declarations of a parser",
            Place::ParserState => "in a parser state",
            Place::ControlLocals => "among the local declarations of a control",
            Place::ControlApply => "in the `apply` block of a control",
            Place::Table => "in a table",
            Place::ActionArguments => "in the arguments of an action",
            Place::Action => "in an action",
            Place::Function => "in a function",
            Place::Method => "in a method",
            Place::ObjectInitializer => "in an object initializer",
        }
    }

    /// Inside a parser.
    pub(super) fn in_parser(self) -> bool {
        matches!(self, Place::ParserLocals | Place::ParserState)
    }

    /// Parsers may be applied.
    pub(super) fn may_apply_parser(self) -> bool {
        self == Place::ParserState
    }

    /// Controls may be applied.
    pub(super) fn may_apply_control(self) -> bool {
        self == Place::ControlApply
    }

    /// Tables may be applied; a key expression may contain `t.apply().hit`.
    pub(super) fn may_apply_table(self) -> bool {
        matches!(self, Place::ControlApply | Place::Table)
    }

    /// Actions may be called; a property of a table may name one with its arguments.
    pub(super) fn may_call_action(self) -> bool {
        matches!(self, Place::ControlApply | Place::Action | Place::Table)
    }

    /// Functions and externs may be called at run time.
    pub(super) fn may_call_function(self) -> bool {
        !matches!(self, Place::TopLevel | Place::ObjectInitializer)
    }
}
