//! A consumer group: state, members, who reads what, what is committed, what is waited for.

use runnel_broker::Timestamp;
use runnel_broker::groups::{GroupDeadline, GroupSnapshot, GroupState, MemberAssignment, MemberSnapshot, MemberTerms};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which partitions of which topics.
pub type Assignment = BTreeMap<String, Vec<i32>>;

/// A group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Where it stands.
    pub state: GroupState,
    /// Its latest generation; 0 before the first.
    pub generation_id: i32,
    /// Like `consumer`; empty for a group that only keeps offsets.
    pub protocol_type: String,
    /// The assignor that was chosen; empty without a generation.
    pub protocol_name: String,
    /// Member identifier of the leader; empty without one.
    pub leader: String,
    /// By member identifier.
    pub members: BTreeMap<String, Member>,
    /// Identifiers that were given out and have not come back, and until when they may.
    pub pending: BTreeMap<String, Option<Wait>>,
    /// Committed offsets by topic and partition: the next one to read.
    pub offsets: BTreeMap<String, BTreeMap<i32, i64>>,
    /// The wait for members to join.
    pub joining: Option<Wait>,
    /// The wait for members to ask for their assignment.
    pub syncing: Option<Wait>,
}

/// A member.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// What its client calls itself.
    pub client_id: String,
    /// Where it comes from.
    pub client_host: String,
    /// The identity of a static member.
    pub group_instance_id: Option<String>,
    /// How long it may be silent.
    pub session_timeout_ms: i32,
    /// How long it may take to join again.
    pub rebalance_timeout_ms: i32,
    /// What it wants to read.
    pub topics: Vec<String>,
    /// Whether its JoinGroup waits for the next generation.
    pub is_joining: bool,
    /// What it was given last.
    pub assignment: Assignment,
    /// Until when it may be silent.
    pub session: Option<Wait>,
}

/// A wait, drawn as a ring that runs empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// Since when.
    pub started: Timestamp,
    /// Until when.
    pub due: Timestamp,
}

impl Default for Group {
    /// A group that has nothing yet.
    fn default() -> Self {
        Group {
            state: GroupState::Empty,
            generation_id: 0,
            protocol_type: String::new(),
            protocol_name: String::new(),
            leader: String::new(),
            members: BTreeMap::new(),
            pending: BTreeMap::new(),
            offsets: BTreeMap::new(),
            joining: None,
            syncing: None,
        }
    }
}

impl Group {
    pub(super) fn of(snapshot: &GroupSnapshot) -> Self {
        let mut group = Group {
            state: snapshot.state,
            generation_id: snapshot.generation_id,
            protocol_type: snapshot.protocol_type.clone(),
            protocol_name: snapshot.protocol_name.clone(),
            leader: snapshot.leader.clone(),
            members: snapshot
                .members
                .iter()
                .map(|member| (member.assignment.member_id.clone(), Member::of(member)))
                .collect(),
            pending: snapshot.pending_member_ids.iter().map(|member_id| (member_id.clone(), None)).collect(),
            ..Group::default()
        };
        for offset in &snapshot.offsets {
            group.commit(&offset.topic, offset.partition_index, offset.offset);
        }
        for known in &snapshot.deadlines {
            let wait = Wait { started: known.started, due: known.due };
            group.set_wait(known.deadline, known.member_id.as_deref(), Some(wait));
        }
        group
    }

    /// Moves a committed offset; -1 is none.
    pub(super) fn commit(&mut self, topic: &str, partition: i32, offset: i64) {
        if offset >= 0 {
            match self.offsets.get_mut(topic) {
                Some(offsets) => _ = offsets.insert(partition, offset),
                None => _ = self.offsets.insert(topic.to_owned(), BTreeMap::from([(partition, offset)])),
            }
        } else if let Some(offsets) = self.offsets.get_mut(topic) {
            offsets.remove(&partition);
            if offsets.is_empty() {
                self.offsets.remove(topic);
            }
        }
    }

    pub(super) fn set_wait(&mut self, deadline: GroupDeadline, member_id: Option<&str>, wait: Option<Wait>) {
        match (deadline, member_id) {
            (GroupDeadline::Join, _) => self.joining = wait,
            (GroupDeadline::Sync, _) => self.syncing = wait,
            (GroupDeadline::Session, None) => {}
            (GroupDeadline::Session, Some(member_id)) => {
                if let Some(member) = self.members.get_mut(member_id) {
                    member.session = wait;
                } else if let Some(pending) = self.pending.get_mut(member_id) {
                    *pending = wait;
                }
            }
        }
    }

    /// Members that the group waits for: while it gathers, those that have not joined.
    pub fn awaited(&self) -> impl Iterator<Item = (&String, &Member)> {
        let is_gathering = self.state == GroupState::PreparingRebalance;
        self.members.iter().filter(move |(_, member)| is_gathering && !member.is_joining)
    }

    /// Who reads a partition: the member's identifier.
    pub fn owner(&self, topic: &str, partition: i32) -> Option<&str> {
        let owns = |member: &Member| member.assignment.get(topic).is_some_and(|owned| owned.contains(&partition));
        self.members.iter().find(|(_, member)| owns(member)).map(|(member_id, _)| member_id.as_str())
    }

    /// Whether everybody has an assignment.
    pub fn is_stable(&self) -> bool {
        self.state == GroupState::Stable
    }

    /// How many partitions are assigned, by topic.
    pub fn assigned_counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (topic, partitions) in self.members.values().flat_map(|member| &member.assignment) {
            *counts.entry(topic.as_str()).or_default() += partitions.len();
        }
        counts
    }
}

impl Member {
    fn of(snapshot: &MemberSnapshot) -> Self {
        let mut member = Member::new(&snapshot.client_id, &snapshot.client_host, snapshot.group_instance_id.clone());
        member.set_terms(&snapshot.terms);
        member.is_joining = snapshot.is_joining;
        member.assignment = assignment(&snapshot.assignment);
        member
    }

    /// A member that has just joined.
    pub(super) fn new(client_id: &str, client_host: &str, group_instance_id: Option<String>) -> Self {
        Member {
            client_id: client_id.to_owned(),
            client_host: client_host.to_owned(),
            group_instance_id,
            session_timeout_ms: 0,
            rebalance_timeout_ms: 0,
            topics: Vec::new(),
            is_joining: true,
            assignment: Assignment::new(),
            session: None,
        }
    }

    pub(super) fn set_terms(&mut self, terms: &MemberTerms) {
        self.session_timeout_ms = terms.session_timeout_ms;
        self.rebalance_timeout_ms = terms.rebalance_timeout_ms;
        self.topics.clone_from(&terms.topics);
    }

    /// Whether it has nothing to read.
    pub fn is_idle(&self) -> bool {
        self.assignment.values().all(Vec::is_empty)
    }
}

impl Wait {
    /// How much of it is left, from 1 at its beginning to 0 at its end.
    pub fn fraction_left(&self, time: Timestamp) -> f64 {
        let whole = self.due.since(self.started).as_secs_f64();
        if whole <= 0.0 { 0.0 } else { (self.due.since(time).as_secs_f64() / whole).clamp(0.0, 1.0) }
    }
}

/// An assignment as it is drawn.
pub(super) fn assignment(given: &MemberAssignment) -> Assignment {
    let mut assignment = Assignment::new();
    for (topic, partitions) in &given.partitions {
        let known: &mut Vec<i32> = assignment.entry(topic.clone()).or_default();
        known.extend(partitions);
        known.sort_unstable();
    }
    assignment
}
