//! A device of P4Runtime: interfaces of this network namespace that run one program, and the controllers that there are. In, bids, programs and who asks;
//! out, the program that is asked about, and who is told what.
//!
//! What lasts is the kernel's: the program with its tables, and beside them, left with the program, what controllers gave (P4Info, object, cookie) and the
//! highest election ids. A server that starts anew finds them by the interfaces.

use crate::Problem;
use crate::arbitration::{Arbitration, Change, Controller, Election, Told, election, election_id};
use crate::digests::Lists;
use crate::installed::Installed;
use crate::roles::Rights;
use p4xdp_p4runtime::p4::v1::digest_entry::Config;
use p4xdp_p4runtime::p4::v1::stream_message_response::Update;
use p4xdp_p4runtime::p4::v1::{DigestList, MasterArbitrationUpdate, P4Data, Role, StreamMessageResponse};
use p4xdp_p4runtime::{Any, Message};
use p4xdp_runtime::load::Options;
use p4xdp_runtime::{Error, Program, attach};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{RwLock, mpsc};
use tonic::Status;

/// Messages that wait for a controller which does not read: packets and notifications beyond them are lost, and a controller that cannot be told who is
/// primary is cut off.
pub const WAITING: usize = 1024;

/// Under this name election ids are left with a program.
const ROLES: &str = "p4rt_roles";
/// Bytes for them.
const ROLES_ROOM: usize = 64 << 10;

/// What goes to a controller.
pub type Outgoing = mpsc::Sender<Result<StreamMessageResponse, Status>>;

/// A device.
#[derive(Debug)]
pub struct Device {
    /// Its number, not 0.
    pub id: u64,
    /// Interfaces as `load` takes them: `eth0`, or `1=eth0`.
    pub interfaces: Vec<String>,
    /// How programs are loaded.
    pub options: Options,
    /// Held by who writes; shared by those who read.
    pub turn: Arc<RwLock<()>>,
    state: Mutex<State>,
    digests: Mutex<BTreeMap<u32, Lists>>,
}

#[derive(Debug, Default)]
struct State {
    running: Option<Arc<Installed>>,
    saved: Option<Arc<Installed>>,
    roles: BTreeMap<String, Arbitration>,
    streams: HashMap<Controller, Stream>,
}

/// A controller that is connected.
#[derive(Debug)]
struct Stream {
    role: String,
    out: Outgoing,
}

impl Device {
    /// A device, with what its interfaces run.
    ///
    /// # Errors
    /// When they cannot be asked, or run programs that are not ours.
    pub fn open(id: u64, interfaces: Vec<String>, options: Options) -> Result<Device, Error> {
        let device = Device {
            id,
            interfaces,
            options,
            turn: Arc::new(RwLock::new(())),
            state: Mutex::new(State::default()),
            digests: Mutex::new(BTreeMap::new()),
        };
        device.find_running()?;
        Ok(device)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a thread that panicked left is whole: changes are single assignments.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Interfaces as `load` takes them.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.interfaces.iter().map(String::as_str).collect()
    }

    /// The interfaces' names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let name = |word: &String| {
            p4xdp_runtime::ports::split_port(word).map_or(word.as_str(), |(_, name)| name).to_owned()
        };
        self.interfaces.iter().map(name).collect()
    }

    /// The first interface's name.
    fn first_interface(&self) -> String {
        self.names().into_iter().next().unwrap_or_default()
    }

    /// Takes up the program that the interfaces run.
    fn find_running(&self) -> Result<(), Error> {
        let interface = attach::Device::find(&self.first_interface())?;
        let running = interface.running()?.map(|running| running.id);
        let mut state = self.state();
        if state.running.as_ref().map(|installed| installed.program_id()) == running {
            return Ok(());
        }
        if running.is_none() {
            state.running = None;
            return Ok(());
        }
        let mut program = Program::by_device(&interface.name)?;
        let left = program.kept(ROLES)?;
        for (role, arbitration) in left.as_deref().map(resumed).unwrap_or_default() {
            state.roles.entry(role).or_insert(arbitration);
        }
        if left.is_none() {
            program.keep(ROLES, &left_with(self.id, &state.roles), ROLES_ROOM)?;
        }
        state.running = Some(Arc::new(Installed::found(program)?));
        Ok(())
    }

    /// The program that the interfaces run, if they run one; somebody else may have loaded another.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn running(&self) -> Result<Option<Arc<Installed>>, Problem> {
        self.find_running()?;
        Ok(self.state().running.clone())
    }

    /// The program that reads and writes are about: the one that was saved, or else the one that runs.
    ///
    /// # Errors
    /// When there is none.
    pub fn addressed(&self) -> Result<Arc<Installed>, Problem> {
        if let Some(saved) = self.state().saved.clone() {
            return Ok(saved);
        }
        let none = || {
            // Clients look for these words.
            Problem::too_early(format!("No forwarding pipeline config set for device {}", self.id))
        };
        self.running()?.ok_or_else(none)
    }

    /// Leaves the election ids with a program that is about to run.
    pub(crate) fn leave_roles(&self, program: &mut Program) -> Result<(), Error> {
        let left = left_with(self.id, &self.state().roles);
        program.keep(ROLES, &left, ROLES_ROOM)
    }

    /// The interfaces run this program now.
    pub(crate) fn runs(&self, installed: Installed) {
        let mut state = self.state();
        state.running = Some(Arc::new(installed));
        state.saved = None;
    }

    /// The interfaces run the program that waited.
    pub(crate) fn runs_saved(&self) {
        let mut state = self.state();
        state.running = state.saved.take();
    }

    /// This program was loaded, and waits.
    pub(crate) fn saves(&self, installed: Installed) {
        self.state().saved = Some(Arc::new(installed));
    }

    /// The program that waits.
    #[must_use]
    pub fn saved(&self) -> Option<Arc<Installed>> {
        self.state().saved.clone()
    }

    /// A controller bids for a role; the others are told at once, and what comes back is for itself, after writes of the last primary have ended.
    ///
    /// # Errors
    /// As for [`Arbitration::bid`]; and when its role is another one than before, or its configuration is none.
    pub fn bid(
        &self,
        controller: Controller,
        update: &MasterArbitrationUpdate,
        out: &Outgoing,
    ) -> Result<Vec<Told>, Problem> {
        let role = update.role.as_ref().map(|role| role.name.clone()).unwrap_or_default();
        let config = update.role.as_ref().and_then(|role| role.config.clone());
        Rights::read(config.as_ref())?;
        let mut state = self.state();
        if let Some(known) = state.streams.get(&controller)
            && known.role != role
        {
            return Err(Problem::too_early(format!(
                "this stream has role `{}` of device {}, not `{role}`: open another stream for it",
                known.role, self.id
            )));
        }
        let id = election(update.election_id.as_ref());
        let arbitration = state.roles.entry(role.clone()).or_default();
        let before = (arbitration.highest(), arbitration.config().cloned());
        let Change { first, then } = arbitration.bid((self.id, &role), controller, id, config)?;
        let changed = before != (arbitration.highest(), arbitration.config().cloned());
        state.streams.insert(controller, Stream { role, out: out.clone() });
        if changed {
            self.note_roles(&state)?;
        }
        tell(self.id, &mut state, first);
        Ok(then)
    }

    /// Tells controllers who is primary.
    pub fn tell(&self, told: Vec<Told>) {
        tell(self.id, &mut self.state(), told);
    }

    fn note_roles(&self, state: &State) -> Result<(), Problem> {
        let Some(running) = &state.running else { return Ok(()) };
        let left = left_with(self.id, &state.roles);
        if left.len() > ROLES_ROOM {
            return Err(Problem::exhausted(format!(
                "the roles of device {} with their configurations have {} bytes; there is room for {ROLES_ROOM}",
                self.id,
                left.len()
            )));
        }
        Ok(running.pipeline.program.write_kept(ROLES, &left)?)
    }

    /// A controller's stream has ended.
    pub fn leave(&self, controller: Controller) {
        let mut state = self.state();
        let told = forget(self.id, &mut state, controller);
        tell(self.id, &mut state, told);
    }

    /// What a role may do that somebody writes for.
    ///
    /// # Errors
    /// When there is no such role, or the writer is not its primary.
    pub fn check_primary(&self, role: &str, id: Election) -> Result<Rights, Problem> {
        let state = self.state();
        let Some(arbitration) = state.roles.get(role) else {
            return if role.is_empty() {
                Err(Problem::denied(format!("device {} has no primary controller", self.id)))
            } else {
                Err(Problem::not_found(format!("device {} has no role `{role}`", self.id)))
            };
        };
        if !arbitration.is_primary(id) {
            let id = id.map_or("none".to_owned(), |id| id.to_string());
            return Err(Problem::denied(format!(
                "election id {id} is not that of the primary controller of device {} and role `{role}`",
                self.id
            )));
        }
        Rights::read(arbitration.config())
    }

    /// What a role may read.
    ///
    /// # Errors
    /// When there is no such role.
    pub fn rights(&self, role: &str) -> Result<Rights, Problem> {
        match self.state().roles.get(role) {
            Some(arbitration) => Rights::read(arbitration.config()),
            None if role.is_empty() => Rights::read(None),
            None => Err(Problem::not_found(format!("device {} has no role `{role}`", self.id))),
        }
    }

    /// The rights of a controller that is the primary of its role.
    #[must_use]
    pub fn rights_of_primary(&self, controller: Controller) -> Option<Rights> {
        let state = self.state();
        let stream = state.streams.get(&controller)?;
        let arbitration = state.roles.get(&stream.role)?;
        if arbitration.primary() != Some(controller) {
            return None;
        }
        Rights::read(arbitration.config()).ok()
    }

    /// Sends something to the primaries of the roles that it is for; how many of them had no room for it.
    pub fn notify(&self, update: &Update, is_for: impl Fn(&Rights) -> bool) -> usize {
        let state = self.state();
        let mut lost = 0;
        for arbitration in state.roles.values() {
            let primary = arbitration.primary().and_then(|primary| state.streams.get(&primary));
            let Some(stream) = primary else { continue };
            if Rights::read(arbitration.config()).is_ok_and(|rights| is_for(&rights)) {
                let message = StreamMessageResponse { update: Some(update.clone()) };
                lost += usize::from(stream.out.try_send(Ok(message)).is_err());
            }
        }
        lost
    }

    /// Takes messages of a digest; the lists that are to be sent now.
    pub(crate) fn due(
        &self,
        digest: u32,
        messages: Vec<P4Data>,
        config: &Config,
        timestamp: i64,
    ) -> Vec<DigestList> {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        let lists = digests.entry(digest).or_insert_with(|| Lists::new(digest));
        let now = Instant::now();
        for message in messages {
            lists.take(message, now);
        }
        lists.due(config, now, timestamp)
    }

    /// Digests with messages that wait to be sent.
    pub(crate) fn digests_with_messages(&self) -> Vec<u32> {
        let digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests.iter().filter(|(_, lists)| lists.has_messages()).map(|(id, _)| *id).collect()
    }

    /// Forgets messages: those of another program, or for another controller.
    pub(crate) fn forget_messages(&self) {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests.values_mut().for_each(Lists::clear);
    }

    /// A controller has read a list of a digest.
    ///
    /// # Errors
    /// When the program has no such digest.
    pub(crate) fn acknowledge(&self, digest: u32, list: u64) -> Result<(), Problem> {
        let known = |installed: Arc<Installed>| installed.has_digest(digest);
        if !self.running()?.is_some_and(known) {
            return Err(Problem::invalid(format!("the program has no digest with id {digest:#010x}")));
        }
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lists) = digests.get_mut(&digest) {
            // It may have been too late.
            lists.acknowledge(list);
        }
        Ok(())
    }

    /// Some primary would be told of what is for these rights.
    #[must_use]
    pub fn listens(&self, is_for: impl Fn(&Rights) -> bool) -> bool {
        let state = self.state();
        state.roles.values().any(|arbitration| {
            arbitration.primary().is_some()
                && Rights::read(arbitration.config()).is_ok_and(|rights| is_for(&rights))
        })
    }
}

/// Tells controllers; one that does not read what it is told is cut off, and the others are told of that.
fn tell(device: u64, state: &mut State, told: Vec<Told>) {
    let mut told = VecDeque::from(told);
    while let Some((to, update)) = told.pop_front() {
        let Some(stream) = state.streams.get(&to) else { continue };
        let message = StreamMessageResponse { update: Some(Update::Arbitration(update)) };
        if stream.out.try_send(Ok(message)).is_err() {
            told.extend(forget(device, state, to));
        }
    }
}

/// A controller is there no more; who is told of it.
fn forget(device: u64, state: &mut State, controller: Controller) -> Vec<Told> {
    let Some(stream) = state.streams.remove(&controller) else { return Vec::new() };
    let arbitration = state.roles.get_mut(&stream.role);
    arbitration.map(|arbitration| arbitration.leave((device, &stream.role), controller)).unwrap_or_default()
}

/// Election ids and configurations of roles as bytes.
fn left_with(device_id: u64, roles: &BTreeMap<String, Arbitration>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, arbitration) in roles {
        let role = Role { name: name.clone(), config: arbitration.config().cloned(), ..Role::default() };
        let election_id = arbitration.highest().map(election_id);
        let update = MasterArbitrationUpdate { device_id, role: Some(role), election_id, status: None };
        bytes.extend(update.encode_length_delimited_to_vec());
    }
    bytes
}

/// The same read; what does not read is as if it were not there.
fn resumed(mut bytes: &[u8]) -> Vec<(String, Arbitration)> {
    let mut roles = Vec::new();
    while !bytes.is_empty() {
        let Ok(update) = MasterArbitrationUpdate::decode_length_delimited(&mut bytes) else { break };
        let config: Option<Any> = update.role.as_ref().and_then(|role| role.config.clone());
        let name = update.role.map(|role| role.name).unwrap_or_default();
        roles.push((name, Arbitration::resumed(election(update.election_id.as_ref()), config)));
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_read_is_cut_off_and_the_others_hear_of_it() {
        let mut state = State::default();
        let place = (1, "");
        let mut received = Vec::new();
        for (controller, id) in [(1, 5), (2, 3)] {
            state.roles.entry(String::new()).or_default().bid(place, controller, Some(id), None).unwrap();
            let (out, queue) = mpsc::channel(1);
            state.streams.insert(controller, Stream { role: String::new(), out });
            received.push(queue);
        }
        let update = MasterArbitrationUpdate::default;
        tell(1, &mut state, vec![(1, update()), (1, update())]);
        assert!(!state.streams.contains_key(&1) && state.streams.contains_key(&2));
        let told = received[1].try_recv().unwrap().unwrap().update.unwrap();
        let Update::Arbitration(told) = told else { unreachable!() };
        let code = tonic::Code::from(told.status.unwrap().code);
        assert_eq!((told.device_id, code), (1, tonic::Code::NotFound), "nobody is primary");
    }

    #[test]
    fn roles_are_left_and_resumed() {
        let config = Any { type_url: "x".into(), value: vec![1, 2] };
        let roles = BTreeMap::from([
            (String::new(), Arbitration::resumed(None, None)),
            ("acl".to_owned(), Arbitration::resumed(Some(u128::MAX - 1), Some(config.clone()))),
        ]);
        let bytes = left_with(7, &roles);
        let read = resumed(&bytes);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].0.as_str(), read[0].1.highest()), ("", None));
        assert_eq!(read[1].1.highest(), Some(u128::MAX - 1));
        assert_eq!((read[1].0.as_str(), read[1].1.config()), ("acl", Some(&config)));
        assert_eq!(resumed(&bytes[..bytes.len() - 1]).len(), 1);
    }
}
