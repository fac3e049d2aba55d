//! Actions with their arguments (P4Runtime specification, section "Action Specification"): in, a message and the actions that there can be; out, the call, and
//! back.

use super::numbers::Numbers;
use crate::problem::Problem;
use num_bigint::BigUint;
use p4xdp_control::entry::ActionCall;
use p4xdp_control::view::{Action, TableAction, View};
use p4xdp_p4runtime::p4::v1 as proto;

/// Where an action is to stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In an entry, or a member.
    Entry,
    /// As default action.
    Default,
}

/// The actions of a table, or of an action profile.
#[derive(Clone, Copy)]
pub(super) struct Actions<'a> {
    pub numbers: &'a Numbers<'a>,
    pub view: &'a View,
    pub list: &'a [TableAction],
}

impl<'a> Actions<'a> {
    fn action(&self, entry: &TableAction) -> Option<&'a Action> {
        self.view.actions.get(entry.action)
    }

    /// The position of an action by its id.
    pub(super) fn position(&self, id: u32, of: &dyn Fn() -> String) -> Result<usize, Problem> {
        let is_it = |entry: &TableAction| self.action(entry).is_some_and(|action| action.preamble.id == id);
        let position = self.list.iter().position(is_it);
        position.ok_or_else(|| Problem::invalid(format!("{} has no action with id {id:#010x}", of())))
    }

    /// A call; `of` says whose it is.
    pub(super) fn read(
        &self,
        given: &proto::Action,
        place: Place,
        of: &dyn Fn() -> String,
    ) -> Result<ActionCall, Problem> {
        let position = self.position(given.action_id, of)?;
        let entry = self.list.get(position);
        let Some((entry, action)) = entry.and_then(|entry| Some((entry, self.action(entry)?))) else {
            return Err(Problem::internal("an action has no place"));
        };
        let name = &action.preamble.name;
        match place {
            Place::Default if entry.table_only => {
                let message = format!("{}: `{name}` is no action for misses (`@tableonly`)", of());
                return Err(Problem::denied(message));
            }
            Place::Entry if entry.default_only => {
                let message = format!("{}: `{name}` is an action for misses alone (`@defaultonly`)", of());
                return Err(Problem::denied(message));
            }
            Place::Default | Place::Entry => {}
        }
        let mut args: Vec<Option<BigUint>> = vec![None; action.params.len()];
        for param in &given.params {
            let found = action.params.iter().zip(&mut args).find(|(known, _)| known.id == param.param_id);
            let Some((known, arg)) = found else {
                let message = format!("{}: `{name}` has no parameter with id {}", of(), param.param_id);
                return Err(Problem::invalid(message));
            };
            let of = || format!("{}, parameter `{}` of `{name}`", of(), known.param.name);
            if arg.is_some() {
                return Err(Problem::invalid(format!("{}: it is there twice", of())));
            }
            if param.value.is_empty() {
                return Err(Problem::invalid(format!("{}: the value has no byte", of())));
            }
            *arg = Some(self.numbers.read(&param.value, &known.param, &of)?);
        }
        let all = action.params.iter().zip(args).map(|(known, arg)| {
            let missing = || {
                let message = format!("{}: `{name}` needs a value for `{}`", of(), known.param.name);
                Problem::invalid(message)
            };
            arg.ok_or_else(missing)
        });
        Ok(ActionCall { action: position, args: all.collect::<Result<_, _>>()? })
    }

    /// The message of a call.
    pub(super) fn write(&self, call: &ActionCall) -> Result<proto::Action, Problem> {
        let action = self.list.get(call.action).and_then(|entry| self.action(entry));
        let action =
            action.ok_or_else(|| Problem::internal("an entry has an action that is none of its table's"))?;
        let mut params = Vec::with_capacity(action.params.len());
        for (param, value) in action.params.iter().zip(&call.args) {
            let value = self.numbers.write(value, &param.param)?;
            params.push(proto::action::Param { param_id: param.id, value });
        }
        Ok(proto::Action { action_id: action.preamble.id, params })
    }
}
