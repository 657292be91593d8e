//! What has to hold after every step, whatever has happened.

use super::bench::Bench;
use crate::Timestamp;
use crate::groups::group::Group;
use crate::groups::outbox::AfterAppend;
use crate::groups::timers::Timer;
use crate::groups::{GroupEvent, GroupReply, GroupState, Groups, ReplyId};
use runnel_protocol::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// With the time-outs of the simulation nobody waits longer: a rebalance that a record may go before.
const LONGEST_WAIT: Duration = Duration::from_secs(20 + 5 + 1);

/// What was seen so far.
#[derive(Default)]
pub(super) struct Checker {
    /// When each request was made, and by which member.
    pub(super) asked: BTreeMap<ReplyId, (Timestamp, String)>,
    generations: BTreeMap<String, i32>,
    /// Members of each generation, by the identifiers that they have had in it.
    members: BTreeMap<(String, i32), BTreeSet<String>>,
    leaders: BTreeMap<(String, i32), BTreeSet<String>>,
    /// Group of each request.
    pub(super) groups: BTreeMap<ReplyId, String>,
    events_seen: usize,
    replies_seen: BTreeSet<ReplyId>,
}

impl Checker {
    pub(super) fn check(&mut self, bench: &Bench) {
        self.check_events(bench);
        self.check_replies(bench);
        self.check_waits(bench);
        for group in bench.groups.groups.values() {
            check_group(group, &bench.groups);
        }
    }

    /// A restart: nobody of the old run is answered any more, and generations may be forgotten.
    pub(super) fn restart(&mut self) {
        self.asked.clear();
        self.generations.clear();
        self.members.clear();
        self.leaders.clear();
        self.events_seen = 0;
        self.replies_seen.clear();
    }

    fn check_events(&mut self, bench: &Bench) {
        for event in &bench.events[self.events_seen..] {
            #[expect(clippy::wildcard_enum_match_arm, reason = "only these say something about generations")]
            match event {
                GroupEvent::GenerationStarted { group_id, generation_id, leader, members, .. } => {
                    let last = self.generations.insert(group_id.clone(), *generation_id);
                    assert!(last.is_none_or(|last| last < *generation_id), "generations of {group_id} never fall");
                    assert!(members.contains(leader), "the leader is a member");
                    let key = (group_id.clone(), *generation_id);
                    self.members.insert(key.clone(), members.iter().cloned().collect());
                    self.leaders.insert(key, [leader.clone()].into());
                }
                GroupEvent::MemberReplaced { group_id, from_member_id, to_member_id, .. } => {
                    for known in [&mut self.members, &mut self.leaders] {
                        let of_group = known.iter_mut().filter(|((id, _), _)| id == group_id);
                        for (_, ids) in of_group.filter(|(_, ids)| ids.contains(from_member_id)) {
                            ids.insert(to_member_id.clone());
                        }
                    }
                }
                GroupEvent::GroupRemoved { group_id, .. } => {
                    self.generations.remove(group_id);
                    self.members.retain(|(id, _), _| id != group_id);
                    self.leaders.retain(|(id, _), _| id != group_id);
                }
                _ => {}
            }
        }
        self.events_seen = bench.events.len();
    }

    /// Only members of a generation are told of it, and all of them of the same leader.
    fn check_replies(&mut self, bench: &Bench) {
        for (reply, answer) in &bench.replies {
            let is_new = self.replies_seen.insert(*reply);
            if let (true, GroupReply::Join(answer)) = (is_new, answer)
                && answer.error_code == ErrorCode::None
            {
                let key = (self.groups[reply].clone(), answer.generation_id);
                // A generation from before a restart has no event here.
                if let (Some(members), Some(leaders)) = (self.members.get(&key), self.leaders.get(&key)) {
                    assert!(members.contains(&answer.member_id), "{} is not in {key:?}", answer.member_id);
                    assert!(leaders.contains(&answer.leader), "{} does not lead {key:?}", answer.leader);
                    assert!(answer.members.is_empty() || leaders.contains(&answer.member_id));
                }
            }
        }
    }

    fn check_waits(&self, bench: &Bench) {
        let mut expected: Vec<ReplyId> = Vec::new();
        for member in bench.groups.groups.values().flat_map(|group| group.members.values()) {
            expected.extend(member.awaiting_join.iter().chain(&member.awaiting_sync));
        }
        for append in bench.groups.outbox.appends.values() {
            match &append.after {
                AfterAppend::Left { reply, .. }
                | AfterAppend::Committed { reply, .. }
                | AfterAppend::OffsetsDeleted { reply, .. } => expected.push(*reply),
                AfterAppend::Nothing
                | AfterAppend::GroupCreated { .. }
                | AfterAppend::Assignment { .. }
                | AfterAppend::StaticReplaced(_)
                | AfterAppend::GroupsDeleted { .. }
                | AfterAppend::CleanedUp { .. } => {}
            }
        }
        expected.extend(bench.groups.outbox.deletions.keys());
        for reply in &bench.groups.outbox.unanswered {
            assert_eq!(expected.iter().filter(|waits| *waits == reply).count(), 1, "{reply:?} waits in one place");
            let Some((asked_at, member_id)) = self.asked.get(reply) else { continue };
            let waited = bench.now.since(*asked_at);
            assert!(waited <= LONGEST_WAIT, "{reply:?} of {member_id} has waited for {waited:?}");
        }
    }
}

/// The fields of a group agree with its state, and nobody is forgotten by the clock.
fn check_group(group: &Group, groups: &Groups) {
    let timers: BTreeSet<&Timer> = groups.outbox.timers.all().collect();
    let session = |member_id: &String| {
        let (group_id, member_id) = (group.group_id.clone(), member_id.clone());
        timers.contains(&Timer::Session { group_id, member_id })
    };
    let (state, id) = (group.state, &group.group_id);
    let has_members = !group.members.is_empty();
    match state {
        GroupState::Empty => {
            assert!(!has_members && group.leader.is_none() && group.pending_syncs.is_empty(), "{group:?}");
            assert_eq!(group.protocol_name, None, "{id}");
        }
        GroupState::PreparingRebalance => assert!(timers.contains(&group.join_phase()), "{id} gathers for ever"),
        GroupState::CompletingRebalance => {
            let is_timed = timers.contains(&group.sync_phase());
            assert!(is_timed || group.storing_assignment.is_some(), "{id} waits for its leader for ever");
            assert_eq!(is_timed, !group.pending_syncs.is_empty(), "{id}");
        }
        GroupState::Stable => assert!(group.storing_assignment.is_none(), "{id}"),
        GroupState::Dead => panic!("dead groups are not kept"),
    }
    if matches!(state, GroupState::CompletingRebalance | GroupState::Stable) {
        assert!(has_members && group.leader.is_some() && group.protocol_name.is_some(), "{group:?}");
    }
    if let Some(leader) = &group.leader {
        assert!(group.members.contains_key(leader), "{id} is led by one who left");
    }
    for (member_id, member) in &group.members {
        assert_eq!(member_id, &member.member_id);
        assert!(member.is_waiting() || session(member_id), "{member_id} would live for ever in {state}");
        assert!(member.awaiting_sync.is_none() || state == GroupState::CompletingRebalance);
        assert!(member.awaiting_join.is_none() || !matches!(state, GroupState::CompletingRebalance));
        assert!(!group.pending_joins.contains(member_id));
        if let Some(instance_id) = &member.group_instance_id {
            assert_eq!(group.static_members.get(instance_id), Some(member_id));
        }
    }
    let static_count = group.members.values().filter(|member| member.group_instance_id.is_some()).count();
    assert_eq!(static_count, group.static_members.len());
    assert!(group.pending_joins.iter().all(session), "{id} has an identifier that is never forgotten");
    assert!(group.pending_syncs.iter().all(|member_id| group.members.contains_key(member_id)), "{id}");
}

/// What the log says is what is known, for all that the log keeps. Between two generations it keeps the last one that
/// was stable.
pub(super) fn check_reloaded(bench: &Bench, reloaded: &Bench) {
    let snapshots = |bench: &Bench| {
        let mut snapshots = BTreeMap::new();
        for mut snapshot in bench.groups.snapshot() {
            // Who waits for what is in memory only.
            snapshot.pending_member_ids.clear();
            snapshot.deadlines.clear();
            for member in &mut snapshot.members {
                member.is_joining = false;
            }
            snapshots.insert(snapshot.group_id.clone(), snapshot);
        }
        snapshots
    };
    let mut stored = snapshots(reloaded);
    for (group_id, known) in snapshots(bench) {
        let stored = stored.remove(&group_id);
        let is_simple = known.protocol_type.is_empty() && known.offsets.is_empty();
        let Some(stored) = stored else {
            // A group that was made by a commit is gone with its offsets.
            assert!(is_simple || known.state != GroupState::Stable, "{group_id} is not stored");
            continue;
        };
        assert_eq!(stored.offsets, known.offsets, "{group_id}");
        if matches!(known.state, GroupState::Stable | GroupState::Empty) {
            assert_eq!(stored, known);
            let members = |bench: &Bench| {
                let group = &bench.groups.groups[&group_id];
                let protocol_name = group.protocol_name.clone();
                let told = |member: &crate::groups::member::Member| member.metadata(protocol_name.as_deref());
                group.members.values().map(told).collect::<Vec<_>>()
            };
            assert_eq!(members(reloaded), members(bench));
        } else {
            assert!(stored.generation_id <= known.generation_id, "{group_id}");
        }
    }
    assert_eq!(stored.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "stored, but not known");
}
