//! Members and groups of action profiles and selectors (P4Runtime specification, sections "Member Programming" and "Group Programming"): in, messages; out, the library's members
//! and groups, and back. Numbers from [`RESERVED`] on are those of action sets (`one_shot`), which controllers neither see nor use.

use super::actions::{Actions, Place};
use super::batch::Planned;
use super::notes::{Key, Note};
use super::numbers::{shortest, unsigned};
use super::{Context, Found, no_such};
use crate::pipeline::At;
use crate::problem::Problem;
use p4xdp_control::entry::GroupMember;
use p4xdp_control::view::{ActionProfile, Extern};
use p4xdp_p4runtime::p4::config::v1 as info;
use p4xdp_p4runtime::p4::v1 as proto;
use p4xdp_runtime::profiles::{Profile, Write};
use p4xdp_runtime::transaction::{Change, To};
use proto::action_profile_group::{Member, member};
use proto::entity::Entity;
use proto::update::Type;

/// The first number of members and groups that is the server's to give.
pub(super) const RESERVED: u32 = 0x8000_0000;

/// An action profile or selector.
pub(super) struct Seen<'p> {
    pub seen: &'p Extern,
    pub of: &'p ActionProfile,
    /// It, and its position among the library's.
    pub opened: &'p Profile<'p>,
    pub at: usize,
    /// What controllers are told of it.
    info: Option<&'p info::ActionProfile>,
}

impl<'p> Seen<'p> {
    /// By its id.
    pub(super) fn of_id(context: &Context<'p>, id: u32) -> Result<Seen<'p>, Problem> {
        match context.pipeline.at(id) {
            Some(At::Extern(at)) => Seen::of_extern(context, at),
            Some(At::Table(_) | At::ValueSet(_)) | None => Err(no_such("action profile", id)),
        }
    }

    /// By its position in the view.
    pub(super) fn of_extern(context: &Context<'p>, at: usize) -> Result<Seen<'p>, Problem> {
        let found = context.view().externs.get(at).and_then(|seen| Some((seen, seen.profile.as_ref()?)));
        let Some((seen, of)) = found else {
            return Err(Problem::invalid("what is named is no action profile"));
        };
        let name = &seen.preamble.name;
        let mut all = context.objects()?.profiles().iter().enumerate();
        let unused = || Problem::unimplemented(format!("no table of the program has `{name}`"));
        let (at, opened) = all.find(|(_, profile)| profile.name() == name).ok_or_else(unused)?;
        let is_it =
            |info: &&info::ActionProfile| info.preamble.as_ref().is_some_and(|it| it.id == seen.preamble.id);
        Ok(Seen { seen, of, opened, at, info: context.pipeline.p4info.action_profiles.iter().find(is_it) })
    }

    pub(super) fn called(&self) -> String {
        format!("`{}`", self.seen.preamble.name)
    }

    pub(super) fn wrong(&self, what: &str) -> Problem {
        Problem::invalid(format!("{}: {what}", self.called()))
    }

    fn id(&self) -> u32 {
        self.seen.preamble.id
    }

    /// Its members' actions.
    pub(super) fn actions<'a>(&self, context: &'a Context<'p>) -> Actions<'a> {
        Actions { numbers: &context.numbers, view: context.view(), list: &self.of.actions }
    }

    /// A number that a controller may give.
    fn number(&self, what: &str, number: u32) -> Result<u32, Problem> {
        match number {
            0 => Err(self.wrong(&format!("0 is no {what}"))),
            1..RESERVED => Ok(number),
            RESERVED.. => {
                Err(self.wrong(&format!("{what} {number}: numbers from {RESERVED} on are the server's own")))
            }
        }
    }

    /// The weight of a member of a group.
    pub(super) fn weight(&self, given: i32) -> Result<u32, Problem> {
        if self.info.is_some_and(|info| info.weights_disallowed) {
            return if given == 0 {
                Ok(1)
            } else {
                Err(self.wrong(&format!("its members have no weights, {given} is given")))
            };
        }
        let weight = u32::try_from(given).ok().filter(|weight| *weight > 0);
        weight.ok_or_else(|| self.wrong(&format!("{given} is no weight: a member's is 1 at least")))
    }

    /// A weight as controllers see it.
    pub(super) fn seen_weight(&self, places: u32) -> i32 {
        let disallowed = self.info.is_some_and(|info| info.weights_disallowed);
        if disallowed { 0 } else { i32::try_from(places).unwrap_or(i32::MAX) }
    }

    /// How large a group with these weights is, as the program counts.
    pub(super) fn size(&self, weights: &[u32]) -> Result<u64, Problem> {
        use info::action_profile::SelectorSizeSemantics;
        let semantics = self.info.and_then(|info| info.selector_size_semantics.as_ref());
        let Some(SelectorSizeSemantics::SumOfMembers(members)) = semantics else {
            return Ok(weights.iter().map(|weight| u64::from(*weight)).sum());
        };
        let most = u32::try_from(members.max_member_weight).unwrap_or(0);
        match weights.iter().find(|weight| most > 0 && **weight > most) {
            Some(weight) => {
                Err(self.wrong(&format!("a member's weight is {most} at most, {weight} is given")))
            }
            None => Ok(weights.len() as u64),
        }
    }

    /// Its sizes are numbers of members, whatever their weights.
    pub(super) fn counts_members(&self) -> bool {
        use info::action_profile::SelectorSizeSemantics;
        let semantics = self.info.and_then(|info| info.selector_size_semantics.as_ref());
        matches!(semantics, Some(SelectorSizeSemantics::SumOfMembers(_)))
    }

    /// The places of members with weights.
    pub(super) fn places(&self, members: &[(GroupMember, u32)]) -> Result<Vec<GroupMember>, Problem> {
        let room = self.opened.layout().groups.as_ref().map_or(0, |groups| groups.most);
        let sum = members.iter().fold(0u64, |sum, (_, weight)| sum.saturating_add((*weight).into()));
        if sum > u64::from(room) {
            let message =
                format!("{}: a group has room for weights of {room} in all, {sum} are given", self.called());
            return Err(Problem::exhausted(message));
        }
        Ok(members.iter().flat_map(|(member, weight)| (0..*weight).map(|_| *member)).collect())
    }

    /// What the program says that a group holds at most; 0 for nothing.
    pub(super) fn max_group_size(&self) -> u64 {
        self.info.and_then(|info| u64::try_from(info.max_group_size).ok()).unwrap_or(0)
    }

    /// No action sets are in it, with which members and groups of controllers do not mix; from now on there are some of those.
    fn check_mode(&self, context: &Context<'p>) -> Result<(), Problem> {
        context.one_shots(self, |known| {
            if known.has_sets() {
                let what = "its tables' entries have action sets, with which members and groups do not mix";
                return Err(self.wrong(what));
            }
            known.has_others = true;
            Ok(())
        })
    }
}

fn as_write(kind: Type) -> Write {
    match kind {
        Type::Modify => Write::Modify,
        Type::Insert | Type::Delete | Type::Unspecified => Write::Insert,
    }
}

/// Writes a member.
pub(super) fn write_member(
    context: &Context<'_>,
    kind: Type,
    given: &proto::ActionProfileMember,
) -> Result<Planned, Problem> {
    let profile = Seen::of_id(context, given.action_profile_id)?;
    let number = profile.number("member", given.member_id)?;
    let to = if kind == Type::Delete {
        To::Delete
    } else {
        let of = || profile.called();
        let action = given.action.as_ref().ok_or_else(|| profile.wrong("a member needs an action"))?;
        let call = profile.actions(context).read(action, Place::Entry, &of)?;
        profile.check_mode(context)?;
        To::Write(as_write(kind), call)
    };
    Ok(Planned::one(Change::Member { profile: profile.at, number, to }))
}

/// Reads members.
pub(super) fn read_members(
    context: &Context<'_>,
    wanted: &proto::ActionProfileMember,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    for profile in select(context, wanted.action_profile_id)? {
        let is_wanted =
            |number: u32| number < RESERVED && (wanted.member_id == 0 || wanted.member_id == number);
        for (number, call) in profile.opened.members()?.into_iter().filter(|(number, _)| is_wanted(*number)) {
            let action = Some(profile.actions(context).write(&call)?);
            let (action_profile_id, member_id) = (profile.id(), number);
            let member = proto::ActionProfileMember { action_profile_id, member_id, action };
            if !found.push(Entity::ActionProfileMember(member)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// One action profile, or all.
fn select<'p>(context: &Context<'p>, id: u32) -> Result<Vec<Seen<'p>>, Problem> {
    if id != 0 {
        return Ok(vec![Seen::of_id(context, id)?]);
    }
    let used = |at: &usize| context.view().tables.iter().any(|table| table.profile == Some(*at));
    let all: Vec<usize> = (0..context.view().externs.len()).filter(used).collect();
    all.into_iter().map(|at| Seen::of_extern(context, at)).collect()
}

/// Writes a group.
pub(super) fn write_group(
    context: &Context<'_>,
    kind: Type,
    given: &proto::ActionProfileGroup,
) -> Result<Planned, Problem> {
    let profile = Seen::of_id(context, given.action_profile_id)?;
    let number = profile.number("group", given.group_id)?;
    if !profile.of.has_groups {
        return Err(profile.wrong("it has no groups: it is no selector"));
    }
    let key = group_key(profile.id(), number);
    let change = |to| Planned::one(Change::Group { profile: profile.at, number, to });
    if kind == Type::Delete {
        return Ok(change(To::Delete).with([Note::nothing(key)]));
    }
    let (members, note) = group_members(context, &profile, given)?;
    if kind == Type::Modify && profile.opened.group(number)?.is_some() {
        let before: proto::ActionProfileGroup = context.notes.get(&key).unwrap_or_default();
        if before.max_size != given.max_size {
            let what = format!("group {number} was made with `max_size` {}, which stays", before.max_size);
            return Err(profile.wrong(&what));
        }
    }
    profile.check_mode(context)?;
    let note = Note::new(context.notes, key, &note, &|| profile.called())?;
    Ok(change(To::Write(as_write(kind), profile.places(&members)?)).with([note]))
}

fn group_key(action_profile_id: u32, group_id: u32) -> Key {
    let group = proto::ActionProfileGroup { action_profile_id, group_id, ..Default::default() };
    Key::of(Entity::ActionProfileGroup(group))
}

/// A group's members with their weights, and what is noted of it.
fn group_members(
    context: &Context<'_>,
    profile: &Seen<'_>,
    given: &proto::ActionProfileGroup,
) -> Result<(Vec<(GroupMember, u32)>, proto::ActionProfileGroup), Problem> {
    let mut members: Vec<(GroupMember, u32)> = Vec::with_capacity(given.members.len());
    for named in &given.members {
        let number = profile.number("member", named.member_id)?;
        if members.iter().any(|(known, _)| known.member == number) {
            return Err(
                profile.wrong(&format!("member {number} is in the group twice; it has a weight for that"))
            );
        }
        let watch_port = match &named.watch_kind {
            None => None,
            #[allow(deprecated, reason = "older controllers have it")]
            Some(member::WatchKind::Watch(port)) => watched_number(context, *port, &|| profile.called())?,
            Some(member::WatchKind::WatchPort(port)) => watched(context, port, &|| profile.called())?,
        };
        members.push((GroupMember { member: number, watch_port }, profile.weight(named.weight)?));
    }
    let weights: Vec<u32> = members.iter().map(|(_, weight)| *weight).collect();
    check_size(profile, given.max_size, profile.size(&weights)?)?;
    Ok((members, proto::ActionProfileGroup { max_size: given.max_size, ..Default::default() }))
}

/// A group may have this maximal size, and is not larger.
fn check_size(profile: &Seen<'_>, max_size: i32, size: u64) -> Result<(), Problem> {
    let of_program = profile.max_group_size();
    let most = u64::try_from(max_size).map_err(|_| profile.wrong(&format!("{max_size} is no `max_size`")))?;
    if of_program > 0 && (most == 0 || most > of_program) {
        let what = format!("`max_size` of a group is 1 to {of_program}, {max_size} is given");
        return Err(profile.wrong(&what));
    }
    let room = profile.opened.layout().groups.as_ref().map_or(0, |groups| groups.most);
    if most > u64::from(room) {
        let message =
            format!("{}: a group holds {room} members at most, `max_size` is {max_size}", profile.called());
        return Err(Problem::exhausted(message));
    }
    if most > 0 && size > most {
        let message =
            format!("{}: the group has {size} members, its `max_size` is {max_size}", profile.called());
        return Err(Problem::exhausted(message));
    }
    Ok(())
}

/// A port that is watched; no bytes for none.
pub(super) fn watched(
    context: &Context<'_>,
    bytes: &[u8],
    of: &dyn Fn() -> String,
) -> Result<Option<u32>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let of = || format!("{}, watch port", of());
    let port = u32::try_from(unsigned(bytes, 32, &of)?).unwrap_or(u32::MAX);
    context.numbers.check_port(port, &of)?;
    Ok(Some(port))
}

/// The same as older controllers say it; 0 for none.
pub(super) fn watched_number(
    context: &Context<'_>,
    port: i32,
    of: &dyn Fn() -> String,
) -> Result<Option<u32>, Problem> {
    let bytes = port.to_be_bytes();
    watched(context, if port == 0 { &[] } else { &bytes }, of)
}

/// The members of a group in the order in which they stand there first, with the number of their places.
pub(super) fn weighted(places: &[GroupMember]) -> Vec<(GroupMember, u32)> {
    let mut members: Vec<(GroupMember, u32)> = Vec::new();
    for place in places {
        // Places of one member follow each other.
        match members.iter_mut().rev().find(|(known, _)| known.member == place.member) {
            Some((_, weight)) => *weight = weight.saturating_add(1),
            None => members.push((*place, 1)),
        }
    }
    members
}

/// Reads groups.
pub(super) fn read_groups(
    context: &Context<'_>,
    wanted: &proto::ActionProfileGroup,
    found: &mut Found<'_>,
) -> Result<(), Problem> {
    for profile in select(context, wanted.action_profile_id)? {
        let is_wanted =
            |number: u32| number < RESERVED && (wanted.group_id == 0 || wanted.group_id == number);
        for (number, places) in profile.opened.groups()?.into_iter().filter(|(number, _)| is_wanted(*number))
        {
            let members = weighted(&places).into_iter().map(|(named, weight)| Member {
                member_id: named.member,
                weight: profile.seen_weight(weight),
                watch_kind: named.watch_port.map(|port| member::WatchKind::WatchPort(shortest(&port.into()))),
            });
            let note: proto::ActionProfileGroup =
                context.notes.get(&group_key(profile.id(), number)).unwrap_or_default();
            let group = proto::ActionProfileGroup {
                action_profile_id: profile.id(),
                group_id: number,
                members: members.collect(),
                max_size: note.max_size,
            };
            if !found.push(Entity::ActionProfileGroup(group)) {
                return Ok(());
            }
        }
    }
    Ok(())
}
