//! One command a line.

use super::lex::{Token, tokens};
use super::{
    Call, CellIndex, Command, CommandKind, Comparison, CountOf, MatchValue, Name, Number, Pattern, StfError,
    Target,
};
use p4xdp_control::crc::Crc;
use p4xdp_control::entry::{GroupMember, Mirror, Session};
use p4xdp_frontend::diagnostic::suggest::closest;

/// All commands.
const KEYWORDS: &[&str] = &[
    "add",
    "advance",
    "check_counter",
    "check_digest",
    "check_idle",
    "check_register",
    "counter_read",
    "counter_write",
    "expect",
    "expire_profile",
    "group_add",
    "group_delete",
    "idle_timeout",
    "mc_mgrp_create",
    "mc_node_associate",
    "mc_node_create",
    "mc_node_update",
    "member_add",
    "member_delete",
    "meter_array_set_rates",
    "meter_get_rates",
    "meter_set_rates",
    "mirroring_add",
    "mirroring_add_mc",
    "mirroring_delete",
    "mirroring_get",
    "no_packet",
    "packet",
    "port_down",
    "port_up",
    "register_read",
    "register_reset",
    "register_write",
    "remove",
    "set_crc16_parameters",
    "set_crc32_parameters",
    "setdefault",
    "value_set_add",
    "wait",
];

pub(super) fn parse(text: &str) -> Result<Vec<Command>, StfError> {
    let mut commands = Vec::new();
    // Some editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, raw) in text.lines().enumerate() {
        let line = at as u32 + 1;
        let content = without_comment(raw);
        let trimmed = content.trim_start();
        if trimmed.is_empty() {
            continue;
        }
        let column = (content.chars().count() - trimmed.chars().count()) as u32 + 1;
        let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(trimmed.len());
        let (keyword, rest) = trimmed.split_at(end);
        let behind = Line { line, column: column + end as u32, text: rest };
        let kind = behind.command(keyword, column)?;
        commands.push(Command { line, column, kind });
    }
    Ok(commands)
}

/// The line up to a `#` that is not in a quoted name.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return line.split_at(at).0,
            _ => {}
        }
    }
    line
}

/// What follows the keyword.
struct Line<'a> {
    line: u32,
    column: u32,
    text: &'a str,
}

impl Line<'_> {
    fn command(&self, keyword: &str, column: u32) -> Result<CommandKind, StfError> {
        let lower = keyword.to_ascii_lowercase();
        match lower.as_str() {
            "packet" => {
                let (port, pattern) = self.packet_data(false)?;
                let bytes = pattern
                    .nibbles
                    .chunks(2)
                    .map(|pair| pair.iter().fold(0, |byte, n| byte << 4 | n.unwrap_or(0)))
                    .collect();
                return Ok(CommandKind::Packet { port, bytes });
            }
            "expect" => {
                let (port, pattern) = self.packet_data(true)?;
                let any = pattern.nibbles.is_empty() && !pattern.exact;
                return Ok(CommandKind::Expect { port, pattern: (!any).then_some(pattern) });
            }
            "meter_set_rates" | "meter_array_set_rates" => {
                return self.meter_rates(lower == "meter_set_rates");
            }
            _ => {}
        }
        let mut cursor = Cursor {
            line: self.line,
            end: self.column + self.text.chars().count() as u32,
            tokens: tokens(self.text, self.line, self.column)?.into_iter().peekable(),
        };
        let kind = match lower.as_str() {
            "add" => cursor.add()?,
            "setdefault" => CommandKind::SetDefault { table: cursor.name()?, action: cursor.call()? },
            "remove" => {
                let what = cursor.name()?;
                if !what.text.eq_ignore_ascii_case("all") {
                    return Err(cursor.error(what.column, "`remove` only knows `all`"));
                }
                CommandKind::RemoveAll
            }
            "no_packet" => CommandKind::NoPacket,
            "wait" => CommandKind::Wait,
            "check_counter" => cursor.check_counter()?,
            "mirroring_add" => cursor.session(Mirror::Port)?,
            "mirroring_add_mc" => cursor.session(Mirror::Group)?,
            "set_crc16_parameters" => cursor.custom_crc(16)?,
            "set_crc32_parameters" => cursor.custom_crc(32)?,
            "mirroring_delete" => CommandKind::MirroringDelete(cursor.small()?),
            "mirroring_get" => CommandKind::MirroringGet(cursor.small()?),
            "mc_mgrp_create" => CommandKind::McGroupCreate(cursor.small()?),
            "mc_node_create" => CommandKind::McNodeCreate(cursor.small()?, cursor.smalls()?),
            "mc_node_update" => CommandKind::McNodeUpdate(cursor.small()?, cursor.smalls()?),
            "mc_node_associate" => CommandKind::McNodeAssociate(cursor.small()?, cursor.small()?),
            "member_add" => CommandKind::MemberAdd(cursor.name()?, cursor.unwatched()?, cursor.call()?),
            "group_add" => {
                CommandKind::GroupAdd(cursor.name()?, cursor.unwatched()?, cursor.group_members()?)
            }
            "member_delete" => CommandKind::MemberDelete(cursor.name()?, cursor.unwatched()?),
            "group_delete" => CommandKind::GroupDelete(cursor.name()?, cursor.unwatched()?),
            "port_down" => CommandKind::SetPort(cursor.small()?, false),
            "port_up" => CommandKind::SetPort(cursor.small()?, true),
            "value_set_add" => CommandKind::ValueSetAdd(cursor.name()?, cursor.match_values()?),
            "advance" => CommandKind::Advance(cursor.index()?),
            "idle_timeout" => CommandKind::IdleTimeout(cursor.name()?, cursor.index()?),
            "check_idle" => cursor.check_idle()?,
            "expire_profile" => CommandKind::ExpireProfile(cursor.small()?, cursor.index()?),
            "check_register" => cursor.check_register()?,
            "check_digest" => cursor.check_digest()?,
            "counter_read" => CommandKind::CounterRead(cursor.name()?, cursor.index()?),
            "counter_write" => {
                CommandKind::CounterWrite(cursor.name()?, cursor.index()?, cursor.index()?, cursor.index()?)
            }
            "register_read" => CommandKind::RegisterRead(cursor.name()?, cursor.index()?),
            "register_write" => {
                CommandKind::RegisterWrite(cursor.name()?, cursor.index()?, cursor.number()?.value)
            }
            "register_reset" => CommandKind::RegisterReset(cursor.name()?),
            "meter_get_rates" => CommandKind::MeterGetRates(cursor.name()?, cursor.index()?),
            _ => {
                let hint = match closest(&lower, KEYWORDS.iter().copied()) {
                    Some(meant) => format!("; did you mean `{meant}`?"),
                    None => String::new(),
                };
                let message = format!("unknown command `{keyword}`{hint}");
                return Err(StfError { line: self.line, column, message });
            }
        };
        cursor.done()?;
        Ok(kind)
    }

    /// A port and hex digits; wildcards and `$` only in expectations.
    fn packet_data(&self, expected: bool) -> Result<(u32, Pattern), StfError> {
        let error = |column: u32, message: String| StfError { line: self.line, column, message };
        let trimmed = self.text.trim_start();
        let start = self.column + (self.text.chars().count() - trimmed.chars().count()) as u32;
        let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let (port, data) = trimmed.split_at(end);
        let Ok(port_number) = port.parse::<u32>() else {
            return Err(error(start, format!("expected a port number, found `{port}`")));
        };
        let mut pattern = Pattern { nibbles: Vec::new(), exact: false };
        for (column, c) in (start + end as u32..).zip(data.chars()) {
            match c {
                _ if c.is_whitespace() => {}
                _ if pattern.exact => {
                    return Err(error(column, "nothing may follow `$`".into()));
                }
                '$' if expected => pattern.exact = true,
                '*' if expected => pattern.nibbles.push(None),
                _ => match c.to_digit(16) {
                    Some(digit) => pattern.nibbles.push(Some(digit as u8)),
                    None => return Err(error(column, format!("`{c}` is no hexadecimal digit"))),
                },
            }
        }
        if !expected && pattern.nibbles.len() % 2 == 1 {
            return Err(error(
                start + end as u32,
                "a packet has a whole number of bytes, but half of one is left".into(),
            ));
        }
        Ok((port_number, pattern))
    }

    /// `name [index or entry] rate:burst..`; rates have decimal points, which tokens have not.
    fn meter_rates(&self, indexed: bool) -> Result<CommandKind, StfError> {
        let error = |column: u32, message: String| StfError { line: self.line, column, message };
        let mut words = self.words();
        let end = self.column + self.text.chars().count() as u32;
        let (column, name) = words.next().ok_or_else(|| error(end, "expected a meter".into()))?;
        let name = Name { text: name.trim_matches('"').to_owned(), column };
        let index = if indexed {
            let (column, word) = words.next().unwrap_or((end, ""));
            let is_name = word.starts_with(|c: char| c == '$' || c == '_' || c.is_ascii_alphabetic());
            Some(match word.parse() {
                Ok(index) => CellIndex::Number(index),
                Err(_) if is_name => CellIndex::Entry(Name { text: word.to_owned(), column }),
                Err(_) => {
                    return Err(error(column, format!("expected an index or an entry, found `{word}`")));
                }
            })
        } else {
            None
        };
        let rates = words
            .map(|(column, word)| {
                let rate = |text: &str| text.parse::<f64>().ok().filter(|r| r.is_finite() && *r >= 0.0);
                let parts = word.split_once(':').and_then(|(r, b)| Some((rate(r)?, b.parse().ok()?)));
                parts.ok_or_else(|| error(column, format!("expected `rate:burst`, found `{word}`")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(CommandKind::MeterSetRates(name, index, rates))
    }

    /// The words with their columns.
    fn words(&self) -> impl Iterator<Item = (u32, &str)> {
        let mut at = 0;
        self.text.split(char::is_whitespace).filter_map(move |word| {
            let column = self.column + at;
            at += word.chars().count() as u32 + 1;
            (!word.is_empty()).then_some((column, word))
        })
    }
}

/// Over the tokens of a line.
struct Cursor {
    line: u32,
    end: u32,
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, u32)>>,
}

impl Cursor {
    fn error(&self, column: u32, message: impl Into<String>) -> StfError {
        StfError { line: self.line, column, message: message.into() }
    }

    fn expected(&mut self, what: &str) -> StfError {
        let (found, column) = match self.tokens.peek() {
            Some((Token::Ident(name), column)) => (format!("`{name}`"), *column),
            Some((Token::Number(_), column)) => ("a number".to_owned(), *column),
            Some((Token::Punct(p), column)) => (format!("`{p}`"), *column),
            None => ("the end of the line".to_owned(), self.end),
        };
        self.error(column, format!("expected {what}, found {found}"))
    }

    fn done(&mut self) -> Result<(), StfError> {
        if self.tokens.peek().is_some() { Err(self.expected("the end of the line")) } else { Ok(()) }
    }

    fn is(&mut self, punct: &str) -> bool {
        matches!(self.tokens.peek(), Some((Token::Punct(p), _)) if *p == punct)
    }

    fn take(&mut self, punct: &str) -> bool {
        let found = self.is(punct);
        if found {
            self.tokens.next();
        }
        found
    }

    fn require(&mut self, punct: &str) -> Result<(), StfError> {
        if self.take(punct) { Ok(()) } else { Err(self.expected(&format!("`{punct}`"))) }
    }

    fn name(&mut self) -> Result<Name, StfError> {
        let Some((Token::Ident(first), column)) = self.tokens.next_if(|t| matches!(t.0, Token::Ident(_)))
        else {
            return Err(self.expected("a name"));
        };
        let mut text = first;
        loop {
            if self.take(".") {
                match self.tokens.next_if(|t| matches!(t.0, Token::Ident(_))) {
                    Some((Token::Ident(part), _)) => text = format!("{text}.{part}"),
                    _ => return Err(self.expected("a name")),
                }
            } else if self.take("[") {
                let index = self.number()?.value;
                self.require("]")?;
                text = format!("{text}[{index}]");
            } else {
                return Ok(Name { text, column });
            }
        }
    }

    fn number(&mut self) -> Result<Number, StfError> {
        match self.tokens.next_if(|t| matches!(t.0, Token::Number(_))) {
            Some((Token::Number(n), _)) => Ok(n),
            _ => Err(self.expected("a number")),
        }
    }

    fn index(&mut self) -> Result<u64, StfError> {
        let number = self.number()?;
        u64::try_from(&number.value).map_err(|_| self.error(number.column, "the number is too large"))
    }

    fn small(&mut self) -> Result<u32, StfError> {
        let number = self.number()?;
        u32::try_from(&number.value).map_err(|_| self.error(number.column, "the number is too large"))
    }

    fn smalls(&mut self) -> Result<Vec<u32>, StfError> {
        let mut out = Vec::new();
        while self.tokens.peek().is_some() {
            out.push(self.small()?);
        }
        Ok(out)
    }

    /// The number of a member or group by itself.
    fn unwatched(&mut self) -> Result<u32, StfError> {
        let number = self.small()?;
        let column = self.column();
        if self.is("@") {
            return Err(
                self.error(column, "a watch port belongs to a member of a group: `group_add P G M@PORT`")
            );
        }
        Ok(number)
    }

    /// `M` or `M@PORT`, up to the end
    fn group_members(&mut self) -> Result<Vec<GroupMember>, StfError> {
        let mut out = Vec::new();
        while self.tokens.peek().is_some() {
            let member = self.small()?;
            let watch_port = if self.take("@") { Some(self.small()?) } else { None };
            out.push(GroupMember { member, watch_port });
        }
        Ok(out)
    }

    fn add(&mut self) -> Result<CommandKind, StfError> {
        let table = self.name()?;
        let priority = match self.tokens.peek() {
            Some((Token::Number(_), _)) => Some(self.small()?),
            _ => None,
        };
        let mut keys = Vec::new();
        let target = loop {
            let name = self.name()?;
            if self.is("(") {
                break Target::Action(Call { action: name, args: self.args()? });
            }
            if matches!(self.tokens.peek(), Some((Token::Number(_), _))) {
                match name.text.as_str() {
                    "member" => break Target::Member(self.unwatched()?),
                    "group" => break Target::Group(self.unwatched()?),
                    _ => {}
                }
            }
            self.require(":")?;
            keys.push((name, self.match_value()?));
        };
        let id = if self.take("=") { Some(self.name()?.text) } else { None };
        Ok(CommandKind::Add { table, priority, keys, target, id })
    }

    fn match_value(&mut self) -> Result<MatchValue, StfError> {
        let value = self.number()?;
        Ok(if self.take("/") {
            MatchValue::Prefix(value, self.small()?)
        } else if self.take("&&&") {
            MatchValue::Masked(value, self.number()?)
        } else if self.take("..") {
            MatchValue::Range(value, self.number()?)
        } else {
            MatchValue::Plain(value)
        })
    }

    fn match_values(&mut self) -> Result<Vec<MatchValue>, StfError> {
        let mut out = vec![self.match_value()?];
        while self.tokens.peek().is_some() {
            out.push(self.match_value()?);
        }
        Ok(out)
    }

    fn call(&mut self) -> Result<Call, StfError> {
        Ok(Call { action: self.name()?, args: self.args()? })
    }

    /// Arguments by name. p4c's own tests leave out commas now and then.
    fn args(&mut self) -> Result<Vec<(Name, Number)>, StfError> {
        self.require("(")?;
        let mut args = Vec::new();
        while !self.take(")") {
            let name = self.name()?;
            self.require(":")?;
            args.push((name, self.number()?));
            self.take(",");
        }
        Ok(args)
    }

    fn check_counter(&mut self) -> Result<CommandKind, StfError> {
        let counter = self.name()?;
        self.require("(")?;
        let index = match self.tokens.peek() {
            Some((Token::Number(_), _)) => CellIndex::Number(self.index()?),
            _ => CellIndex::Entry(self.name()?),
        };
        self.require(")")?;
        if self.tokens.peek().is_none() {
            return Ok(CommandKind::CheckCounter { counter, index, check: None });
        }
        let what = self.name()?;
        let of = match what.text.to_ascii_lowercase().as_str() {
            "packets" => CountOf::Packets,
            "bytes" => CountOf::Bytes,
            _ => return Err(self.error(what.column, "expected `packets` or `bytes`")),
        };
        let comparison = self.comparison()?;
        let limit = self.index()?;
        Ok(CommandKind::CheckCounter { counter, index, check: Some((of, comparison, limit)) })
    }

    fn comparison(&mut self) -> Result<Comparison, StfError> {
        let comparisons =
            [Comparison::Eq, Comparison::Ne, Comparison::Lt, Comparison::Le, Comparison::Gt, Comparison::Ge];
        comparisons.into_iter().find(|c| self.take(c.text())).ok_or_else(|| self.expected("a comparison"))
    }

    fn check_idle(&mut self) -> Result<CommandKind, StfError> {
        let entry = self.name()?;
        let answer = self.name()?;
        match answer.text.as_str() {
            "yes" => Ok(CommandKind::CheckIdle(entry, true)),
            "no" => Ok(CommandKind::CheckIdle(entry, false)),
            _ => Err(self.error(answer.column, "expected `yes` or `no`")),
        }
    }

    /// `session target [class_of_service:N] [truncate:N]`
    fn session(&mut self, target: fn(u32) -> Mirror) -> Result<CommandKind, StfError> {
        let number = self.small()?;
        let mut session = Session { target: target(self.small()?), class_of_service: 0, truncate: None };
        while self.tokens.peek().is_some() {
            let option = self.name()?;
            self.require(":")?;
            match option.text.as_str() {
                "class_of_service" => session.class_of_service = self.small()?,
                "truncate" => session.truncate = Some(self.small()?),
                _ => return Err(self.error(option.column, "expected `class_of_service` or `truncate`")),
            }
        }
        Ok(CommandKind::MirroringAdd(number, session))
    }

    /// `polynomial initial xor reflect_in reflect_out`
    fn custom_crc(&mut self, width: u32) -> Result<CommandKind, StfError> {
        let most = u64::MAX >> (64 - width);
        let mut parameter = || -> Result<u64, StfError> {
            let column = self.column();
            let value = self.index()?;
            if value <= most {
                return Ok(value);
            }
            Err(self.error(column, format!("{value:#x} does not fit a CRC of {width} bits")))
        };
        let (polynomial, initial, xor_out) = (parameter()?, parameter()?, parameter()?);
        let (reflect_in, reflect_out) = (self.truth()?, self.truth()?);
        Ok(CommandKind::SetCustomCrc(Crc { width, polynomial, initial, reflect_in, reflect_out, xor_out }))
    }

    /// The column of what comes next.
    fn column(&mut self) -> u32 {
        self.tokens.peek().map_or(self.end, |(_, column)| *column)
    }

    fn truth(&mut self) -> Result<bool, StfError> {
        let column = self.column();
        match self.tokens.next_if(|t| matches!(t.0, Token::Ident(_))) {
            Some((Token::Ident(word), _)) if word == "true" => Ok(true),
            Some((Token::Ident(word), _)) if word == "false" => Ok(false),
            _ => Err(self.error(column, "expected `true` or `false`")),
        }
    }

    fn check_register(&mut self) -> Result<CommandKind, StfError> {
        let register = self.name()?;
        self.require("(")?;
        let index = self.index()?;
        self.require(")")?;
        Ok(CommandKind::CheckRegister(register, index, self.comparison()?, self.number()?))
    }

    fn check_digest(&mut self) -> Result<CommandKind, StfError> {
        // v1model's digests have a number for a name.
        let name = match self.tokens.next_if(|t| matches!(t.0, Token::Number(_))) {
            Some((Token::Number(n), column)) => Name { text: n.value.to_string(), column },
            _ => self.name()?,
        };
        let mut fields = Vec::new();
        while self.tokens.peek().is_some() {
            let field = self.name()?;
            self.require(":")?;
            fields.push((field, self.number()?));
        }
        Ok(CommandKind::CheckDigest(name, fields))
    }
}
