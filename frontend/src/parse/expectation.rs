//! Rules of the grammar in human words: what was expected where the text went wrong.

use super::grammar::Rule;

/// What might have followed. In the order in which it is worth mentioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expectation {
    Semicolon,
    Comma,
    CloseParen,
    CloseBracket,
    CloseAngle,
    CloseBrace,
    Colon,
    Assign,
    OpenParen,
    OpenBrace,
    OpenAngle,
    Declaration,
    LocalDeclaration,
    Statement,
    State,
    Apply,
    TableProperty,
    KeyElement,
    Action,
    Entry,
    Keyset,
    SelectCase,
    SwitchCase,
    Parameter,
    Field,
    Method,
    Member,
    KeyValue,
    Argument,
    Type,
    Name,
    Number,
    Expression,
    Initializer,
    Body,
    AssignmentOperator,
    In,
    AnnotationBody,
    Annotation,
    Const,
    Direction,
    TypeArguments,
    ArraySize,
    Postfix,
    Operator,
}

impl Expectation {
    /// As it stands behind "expected".
    pub(super) fn words(self) -> &'static str {
        match self {
            Expectation::Semicolon => "`;`",
            Expectation::CloseParen => "`)`",
            Expectation::CloseBracket => "`]`",
            Expectation::CloseAngle => "`>`",
            Expectation::CloseBrace => "`}`",
            Expectation::Comma => "`,`",
            Expectation::Colon => "`:`",
            Expectation::Assign => "`=`",
            Expectation::OpenParen => "`(`",
            Expectation::OpenBrace => "`{`",
            Expectation::OpenAngle => "`<`",
            Expectation::Declaration => "a declaration",
            Expectation::LocalDeclaration => "a declaration",
            Expectation::Statement => "a statement",
            Expectation::State => "a state",
            Expectation::Apply => "`apply`",
            Expectation::TableProperty => "a table property",
            Expectation::KeyElement => "a key element",
            Expectation::Action => "an action",
            Expectation::Entry => "an entry",
            Expectation::Keyset => "a keyset",
            Expectation::SelectCase => "a case of `select`",
            Expectation::SwitchCase => "a case of `switch`",
            Expectation::Parameter => "a parameter",
            Expectation::Field => "a field",
            Expectation::Method => "a method",
            Expectation::Member => "a member",
            Expectation::KeyValue => "`name = value`",
            Expectation::Argument => "an argument",
            Expectation::Type => "a type",
            Expectation::Name => "a name",
            Expectation::Number => "a number",
            Expectation::Expression => "an expression",
            Expectation::Initializer => "an initializer",
            Expectation::Body => "a body",
            Expectation::AssignmentOperator => "an assignment",
            Expectation::In => "`in`",
            Expectation::AnnotationBody => "the body of an annotation",
            Expectation::Annotation => "an annotation",
            Expectation::Const => "`const`",
            Expectation::Direction => "a direction",
            Expectation::TypeArguments => "type arguments",
            Expectation::ArraySize => "an array size",
            Expectation::Postfix => "a member, an index or arguments",
            Expectation::Operator => "an operator",
        }
    }

    /// Could stand nearly everywhere, so it says little: mentioned only if there is nothing else.
    pub(super) fn is_weak(self) -> bool {
        self >= Expectation::Annotation
    }
}

/// The words for a rule; `None` for rules that never fail by themselves.
pub(super) fn of_rule(rule: Rule) -> Option<Expectation> {
    use Expectation as E;
    Some(match rule {
        Rule::expected_semicolon | Rule::empty_statement => E::Semicolon,
        Rule::expected_comma => E::Comma,
        Rule::expected_colon => E::Colon,
        Rule::expected_assign => E::Assign,
        Rule::expected_open_paren => E::OpenParen,
        Rule::expected_close_paren | Rule::annotation_close => E::CloseParen,
        Rule::expected_open_brace => E::OpenBrace,
        Rule::expected_close_brace => E::CloseBrace,
        Rule::expected_close_bracket => E::CloseBracket,
        Rule::expected_open_angle => E::OpenAngle,
        Rule::expected_close_angle => E::CloseAngle,
        Rule::program_item
        | Rule::declaration
        | Rule::constant_declaration
        | Rule::header_declaration
        | Rule::header_union_declaration
        | Rule::struct_declaration
        | Rule::control_declaration
        | Rule::parser_declaration
        | Rule::extern_declaration
        | Rule::enum_declaration
        | Rule::typedef_declaration
        | Rule::newtype_declaration
        | Rule::action_declaration
        | Rule::package_declaration
        | Rule::error_declaration
        | Rule::match_kind_declaration
        | Rule::table_declaration
        | Rule::typed_declaration
        | Rule::derived_type_declaration
        | Rule::kw_action
        | Rule::kw_control
        | Rule::kw_enum
        | Rule::kw_error
        | Rule::kw_extern
        | Rule::kw_header
        | Rule::kw_header_union
        | Rule::kw_match_kind
        | Rule::kw_package
        | Rule::kw_parser
        | Rule::kw_struct
        | Rule::kw_table
        | Rule::kw_type
        | Rule::kw_typedef
        | Rule::kw_value_set
        | Rule::EOI => E::Declaration,
        Rule::control_local | Rule::parser_local | Rule::value_set_declaration | Rule::object_declaration => {
            E::LocalDeclaration
        }
        Rule::statement
        | Rule::conditional_statement
        | Rule::return_statement
        | Rule::exit_statement
        | Rule::break_statement
        | Rule::continue_statement
        | Rule::switch_statement
        | Rule::for_statement
        | Rule::variable_declaration
        | Rule::expression_statement
        | Rule::for_in
        | Rule::for_loop
        | Rule::for_init
        | Rule::for_update
        | Rule::for_step
        | Rule::lvalue
        | Rule::kw_break
        | Rule::kw_continue
        | Rule::kw_exit
        | Rule::kw_for
        | Rule::kw_if
        | Rule::kw_return
        | Rule::kw_switch => E::Statement,
        Rule::parser_state | Rule::kw_state | Rule::kw_transition | Rule::transition_statement => E::State,
        Rule::kw_apply => E::Apply,
        Rule::table_property
        | Rule::key_property
        | Rule::actions_property
        | Rule::entries_property
        | Rule::custom_property
        | Rule::non_table_kw_name
        | Rule::kw_key
        | Rule::kw_actions
        | Rule::kw_entries => E::TableProperty,
        Rule::key_element => E::KeyElement,
        Rule::action_list_element | Rule::action_ref => E::Action,
        Rule::entry | Rule::entry_priority | Rule::kw_priority => E::Entry,
        Rule::keyset_expression
        | Rule::simple_keyset
        | Rule::tuple_keyset
        | Rule::default_keyset
        | Rule::kw_default => E::Keyset,
        Rule::select_case => E::SelectCase,
        Rule::switch_case => E::SwitchCase,
        Rule::parameter => E::Parameter,
        Rule::struct_field => E::Field,
        Rule::method_prototype
        | Rule::constructor_prototype
        | Rule::function_prototype
        | Rule::kw_abstract => E::Method,
        Rule::enum_member => E::Member,
        Rule::named_element => E::KeyValue,
        Rule::argument => E::Argument,
        Rule::type_ref
        | Rule::type_identifier
        | Rule::prefixed_type
        | Rule::simple_type
        | Rule::bit_type
        | Rule::int_type
        | Rule::varbit_type
        | Rule::tuple_type
        | Rule::list_type
        | Rule::named_type
        | Rule::specialized_type
        | Rule::void_type
        | Rule::kw_bit
        | Rule::kw_int
        | Rule::kw_varbit
        | Rule::kw_tuple
        | Rule::kw_list
        | Rule::kw_void
        | Rule::keyword_type
        | Rule::cast_name => E::Type,
        Rule::name
        | Rule::member_name
        | Rule::prefixed_name
        | Rule::annotation_name
        | Rule::extern_function
        | Rule::extern_body
        | Rule::extern_forward => E::Name,
        Rule::integer => E::Number,
        Rule::expression
        | Rule::comparison
        | Rule::comparisons
        | Rule::width
        | Rule::boolean
        | Rule::string_literal
        | Rule::list_expression
        | Rule::invalid_header
        | Rule::parenthesized
        | Rule::this
        | Rule::error_type
        | Rule::default_value
        | Rule::dont_care
        | Rule::cast
        | Rule::unary_operator
        | Rule::select_expression
        | Rule::kw_select => E::Expression,
        Rule::object_initializer => E::Initializer,
        Rule::block | Rule::control_body | Rule::parser_body => E::Body,
        Rule::assignment_operator => E::AssignmentOperator,
        Rule::kw_in => E::In,
        Rule::range_operator | Rule::mask_operator => E::Operator,
        Rule::annotation_body
        | Rule::structured_annotation
        | Rule::annotation_token
        | Rule::annotation_open
        | Rule::pragma_token => E::AnnotationBody,
        Rule::annotation | Rule::pragma => E::Annotation,
        Rule::kw_const => E::Const,
        Rule::direction => E::Direction,
        Rule::type_argument_list | Rule::type_parameters | Rule::type_application => E::TypeArguments,
        Rule::array_suffix | Rule::simple_array_suffix => E::ArraySize,
        Rule::instantiation_tail | Rule::function_tail | Rule::variable_tail | Rule::parameter_list => {
            E::OpenParen
        }
        Rule::binary_operator
        | Rule::width_operator
        | Rule::ternary
        | Rule::width_ternary
        | Rule::slice_low
        | Rule::slice_width
        | Rule::kw_else => E::Operator,
        Rule::argument_list | Rule::member | Rule::index => E::Postfix,
        Rule::WHITESPACE
        | Rule::ident_char
        | Rule::reserved
        | Rule::table_keyword
        | Rule::soft_keyword
        | Rule::blank
        | Rule::never
        | Rule::semicolon
        | Rule::colon
        | Rule::assign
        | Rule::open_paren
        | Rule::close_paren
        | Rule::open_brace
        | Rule::close_brace
        | Rule::close_bracket
        | Rule::open_angle
        | Rule::close_angle
        | Rule::list_close_paren
        | Rule::list_close_brace
        | Rule::list_close_bracket
        | Rule::list_close_angle
        | Rule::declaration_kind
        | Rule::annotation_item
        | Rule::type_base
        | Rule::type_or_void
        | Rule::type_argument
        | Rule::declarator
        | Rule::struct_body
        | Rule::initializer
        | Rule::statement_kind
        | Rule::assignment
        | Rule::operand
        | Rule::plain_operand
        | Rule::cast_type
        | Rule::type_keyword
        | Rule::operand_start
        | Rule::operator_start
        | Rule::statement_keyword
        | Rule::expression_hint
        | Rule::instantiation_hint
        | Rule::primary
        | Rule::list_element
        | Rule::postfix => return None,
    })
}
