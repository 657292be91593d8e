//! What happens in consumer groups.

use crate::scene::group::{Group, Member, Wait, assignment};
use crate::scene::seen::Before;
use crate::scene::{Scene, Shape};
use runnel_broker::groups::{GroupEvent, GroupState, MemberTerms};

impl Scene {
    pub(super) fn fold_group(&mut self, happening: &GroupEvent) -> Shape {
        match happening {
            GroupEvent::GroupStateChanged { group_id, to, generation_id, .. } => {
                let shape = self.shape_of(group_id);
                let group = self.group_mut(group_id);
                (group.state, group.generation_id) = (*to, *generation_id);
                match to {
                    // A group without members has no protocol, and keeps the type of the last one.
                    GroupState::Empty => group.protocol_name.clear(),
                    GroupState::PreparingRebalance
                    | GroupState::CompletingRebalance
                    | GroupState::Stable
                    | GroupState::Dead => {}
                }
                shape
            }
            GroupEvent::MemberIdAssigned { group_id, member_id, .. } => {
                self.group_mut(group_id).pending.insert(member_id.clone(), None);
                Shape::Same
            }
            GroupEvent::MemberJoined {
                group_id,
                member_id,
                client_id,
                client_host,
                group_instance_id,
                protocol_type,
                terms,
            } => {
                let group = self.group_mut(group_id);
                if group.members.is_empty() {
                    group.protocol_type.clone_from(protocol_type);
                }
                if group.leader.is_empty() {
                    group.leader.clone_from(member_id);
                }
                let session = group.pending.remove(member_id).flatten();
                let mut member = Member::new(client_id, client_host, group_instance_id.clone());
                member.set_terms(terms);
                member.session = session;
                group.members.insert(member_id.clone(), member);
                Shape::Changed
            }
            GroupEvent::MemberRejoined { group_id, member_id, terms } => {
                self.take_terms(group_id, member_id, terms, true);
                Shape::Same
            }
            GroupEvent::JoinAnswered { group_id, member_id, terms } => {
                self.take_terms(group_id, member_id, terms, false);
                Shape::Same
            }
            GroupEvent::GroupLoaded { group } => {
                self.cluster.groups.insert(group.group_id.clone(), Group::of(group));
                self.note_lag(&group.group_id);
                Shape::Changed
            }
            GroupEvent::MemberReplaced { group_id, from_member_id, to_member_id, .. } => {
                let group = self.group_mut(group_id);
                if let Some(mut member) = group.members.remove(from_member_id) {
                    member.is_joining = false;
                    group.members.insert(to_member_id.clone(), member);
                }
                if group.leader == *from_member_id {
                    group.leader.clone_from(to_member_id);
                }
                Shape::Changed
            }
            GroupEvent::MemberLeft { group_id, member_id, .. } => {
                let group = self.group_mut(group_id);
                group.pending.remove(member_id);
                group.members.remove(member_id);
                // A leader leaves its place to the first of the others.
                if group.leader == *member_id {
                    group.leader = group.members.keys().next().cloned().unwrap_or_default();
                }
                Shape::Changed
            }
            GroupEvent::RebalanceStarted { group_id, generation_id, .. } => {
                self.remember_before(group_id, *generation_id);
                let group = self.group_mut(group_id);
                if group.state == GroupState::CompletingRebalance {
                    // What the members waited for will not come.
                    for member in group.members.values_mut() {
                        member.assignment.clear();
                    }
                    return Shape::Changed;
                }
                Shape::Same
            }
            GroupEvent::GenerationStarted { group_id, generation_id, protocol_type, protocol_name, leader, .. } => {
                let group = self.group_mut(group_id);
                group.generation_id = *generation_id;
                group.protocol_type.clone_from(protocol_type);
                group.protocol_name.clone_from(protocol_name);
                group.leader.clone_from(leader);
                for member in group.members.values_mut() {
                    member.is_joining = false;
                }
                Shape::Same
            }
            GroupEvent::PartitionsAssigned { group_id, assignments, .. } => {
                let group = self.group_mut(group_id);
                for given in assignments {
                    if let Some(member) = group.members.get_mut(&given.member_id) {
                        member.assignment = assignment(given);
                    }
                }
                Shape::Changed
            }
            // A group is removed before its offsets are.
            GroupEvent::OffsetsRemoved { group_id, .. } if !self.cluster.groups.contains_key(group_id) => Shape::Same,
            GroupEvent::OffsetsCommitted { group_id, offsets, .. }
            | GroupEvent::OffsetsRemoved { group_id, offsets, .. } => {
                let shape = self.shape_of(group_id);
                let group = self.group_mut(group_id);
                for offset in offsets {
                    group.commit(&offset.topic, offset.partition_index, offset.to);
                }
                self.note_lag(group_id);
                shape
            }
            GroupEvent::DeadlineSet { group_id, member_id, deadline, started, due } => {
                let wait = Wait { started: *started, due: *due };
                self.group_mut(group_id).set_wait(*deadline, member_id.as_deref(), Some(wait));
                Shape::Same
            }
            GroupEvent::DeadlineCleared { group_id, member_id, deadline } => {
                if let Some(group) = self.cluster.groups.get_mut(group_id) {
                    group.set_wait(*deadline, member_id.as_deref(), None);
                }
                Shape::Same
            }
            GroupEvent::GroupRemoved { group_id, .. } => {
                self.cluster.groups.remove(group_id);
                self.seen.forget_group(group_id);
                Shape::Changed
            }
        }
    }

    /// A group; one that was not known begins empty.
    fn group_mut(&mut self, group_id: &str) -> &mut Group {
        if !self.cluster.groups.contains_key(group_id) {
            self.cluster.groups.insert(group_id.to_owned(), Group::default());
        }
        self.cluster.groups.get_mut(group_id).expect("it was put there")
    }

    /// Whether what happens to a group makes it appear.
    fn shape_of(&self, group_id: &str) -> Shape {
        if self.cluster.groups.contains_key(group_id) { Shape::Same } else { Shape::Changed }
    }

    fn take_terms(&mut self, group_id: &str, member_id: &str, terms: &MemberTerms, is_joining: bool) {
        if let Some(member) = self.group_mut(group_id).members.get_mut(member_id) {
            member.set_terms(terms);
            member.is_joining = is_joining;
        }
    }

    fn remember_before(&mut self, group_id: &str, generation_id: i32) {
        let Some(group) = self.cluster.groups.get(group_id) else { return };
        if !group.is_stable() {
            return;
        }
        let members = group.members.iter();
        let members =
            members.map(|(id, member)| (id.clone(), (member.client_id.clone(), member.assignment.clone()))).collect();
        self.seen.before.insert(group_id.to_owned(), Before { generation_id, members });
    }
}
