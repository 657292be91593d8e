//! What answers mean, by what was asked.

use super::group::{GroupState, MEMBER_ID_GIVEN};
use super::membership::code_of;
use super::partition::Stage;
use super::poll::Preparation;
use super::program::CommitFor;
use super::{Asked, Consumer, ConsumerEvent};
use crate::ClientKind;
use crate::assignors::encoding::decode_assignment;
use crate::event::ConnectionEvent;
use crate::metadata::MetadataOutcome;
use crate::network::{Failure, Reply};
use runnel_protocol::messages::join_group::JoinGroupResponse;
use runnel_protocol::messages::sync_group::SyncGroupResponse;
use runnel_protocol::{ErrorCode, Response, Timestamp};

impl Consumer {
    /// Takes an answer, or the news that none will come.
    pub(super) fn handle_reply(&mut self, now: Timestamp, reply: Reply) {
        if let Some(outcome) = self.metadata.handle_reply(now, &mut self.network, &reply) {
            if self.is_watched {
                let event = match &outcome {
                    MetadataOutcome::Updated { is_changed } => {
                        ConnectionEvent::of_metadata(&self.metadata, *is_changed)
                    }
                    MetadataOutcome::Failed { failure, will_retry } => {
                        ConnectionEvent::MetadataFailed { reason: failure.to_string(), will_retry: *will_retry }
                    }
                };
                self.tell_connection(event);
            }
            if self.settings.kind == ClientKind::Kafkajs {
                self.kafkajs_metadata(now, &outcome);
            }
            return;
        }
        let Some(asked) = self.asked.remove(&reply.id) else { return };
        match reply.outcome {
            Ok(response) => self.answered(now, asked, &response),
            Err(failure) => self.unanswered(now, asked, &failure),
        }
    }

    fn answered(&mut self, now: Timestamp, asked: Asked, response: &Response) {
        match (asked, response) {
            (Asked::FindCoordinator, Response::FindCoordinator(response)) => {
                if self.settings.kind == ClientKind::Kafkajs {
                    self.kafkajs_coordinator(now, response);
                } else {
                    self.coordinator_found(now, response);
                }
            }
            (Asked::JoinGroup, Response::JoinGroup(response)) => self.join_answered(now, response),
            (Asked::SyncGroup, Response::SyncGroup(response)) => self.sync_answered(now, response),
            (Asked::Heartbeat, Response::Heartbeat(response)) => {
                self.heartbeat_answered(now, code_of(response.error_code));
            }
            (Asked::LeaveGroup, Response::LeaveGroup(_)) => self.has_left(),
            (Asked::OffsetFetch { turns }, Response::OffsetFetch(response)) => {
                self.offsets_fetched(now, &turns, response);
            }
            (Asked::ListOffsets { turns }, Response::ListOffsets(response)) => {
                self.offsets_listed(now, &turns, response);
            }
            (Asked::OffsetCommit { offsets, purpose }, Response::OffsetCommit(response)) => {
                let outcome = self.offsets_committed(&offsets, response);
                self.commit_answered(now, purpose, outcome);
            }
            (Asked::Fetch { node_id, asking }, Response::Fetch(response)) => {
                self.fetch_over(node_id, &asking);
                let came = self.came(now, &asking, response);
                if self.settings.kind == ClientKind::Kafkajs {
                    self.kafkajs_came(now, node_id, came);
                } else {
                    self.queue_came(came);
                }
            }
            // The network decodes an answer as what was asked for.
            _ => {}
        }
    }

    fn unanswered(&mut self, now: Timestamp, asked: Asked, failure: &Failure) {
        let is_kafkajs = self.settings.kind == ClientKind::Kafkajs;
        let reason = failure.to_string();
        match asked {
            Asked::OffsetCommit { offsets, purpose } => {
                let shown = super::offsets::listed(&offsets);
                self.emit(|| ConsumerEvent::CommitRefused { offsets: shown, error: reason.clone() });
                if !is_kafkajs {
                    self.lose_coordinator(now, &reason);
                }
                self.commit_answered(now, purpose, Err(ErrorCode::NetworkException));
            }
            Asked::LeaveGroup => self.has_left(),
            Asked::Fetch { node_id, asking } => {
                self.fetch_over(node_id, &asking);
                self.metadata.demand();
                if is_kafkajs {
                    self.kafkajs_unanswered(now, Some(node_id), &reason);
                } else {
                    asking.keys().for_each(|partition| self.put_off(now, partition));
                }
            }
            Asked::OffsetFetch { turns } => {
                self.ask_again(now, &turns, Stage::NeedsCommitted);
                if is_kafkajs {
                    self.kafkajs_unanswered(now, None, &reason);
                } else {
                    self.lose_coordinator(now, &reason);
                }
            }
            Asked::ListOffsets { turns } => {
                for (partition, turn) in &turns {
                    let Some(state) = self.partitions.get_mut(partition) else { continue };
                    if let (Stage::AwaitsOffset(start), true) = (state.stage, state.turn == *turn) {
                        state.stage = Stage::NeedsOffset(start);
                    }
                    self.put_off(now, partition);
                }
                self.metadata.demand();
                if is_kafkajs {
                    self.kafkajs_unanswered(now, None, &reason);
                }
            }
            Asked::FindCoordinator if is_kafkajs => self.kafkajs_unanswered(now, None, &reason),
            Asked::FindCoordinator => self.find_again(now),
            Asked::Heartbeat => {
                self.group.is_beating = false;
                if is_kafkajs {
                    self.kafkajs_heartbeat(now, Err(ErrorCode::NetworkException));
                } else {
                    self.group.heartbeat_at = now + self.settings.retry_backoff.first;
                    self.lose_coordinator(now, &reason);
                }
            }
            Asked::JoinGroup | Asked::SyncGroup => {
                self.group.state = GroupState::Unjoined;
                if is_kafkajs {
                    self.kafkajs_unanswered(now, None, &reason);
                } else {
                    self.lose_coordinator(now, &reason);
                    self.group.request_rejoin("the coordinator did not answer");
                    self.join_later(now);
                }
            }
        }
    }

    fn join_answered(&mut self, now: Timestamp, response: &JoinGroupResponse) {
        if self.group.state != GroupState::Joining {
            return;
        }
        let error = code_of(response.error_code);
        if error == ErrorCode::None {
            let deals = self.joined(now, response);
            if self.settings.kind == ClientKind::Kafkajs {
                self.kafkajs_joined(now);
            } else {
                self.send_sync(now, deals);
            }
        } else if error == ErrorCode::MemberIdRequired {
            let member_id = response.member_id.to_string();
            self.group.member_id.clone_from(&member_id);
            self.emit(|| ConsumerEvent::MemberIdGiven { member_id });
            self.group.rejoin = Some(MEMBER_ID_GIVEN.to_owned());
            self.send_join(now);
        } else {
            self.membership_refused(now, error);
        }
    }

    fn membership_refused(&mut self, now: Timestamp, error: ErrorCode) {
        if self.settings.kind == ClientKind::Kafkajs {
            self.kafkajs_refused(now, error);
        } else {
            self.join_refused(now, error);
        }
    }

    fn sync_answered(&mut self, now: Timestamp, response: &SyncGroupResponse) {
        if self.group.state != GroupState::Syncing {
            return;
        }
        let error = code_of(response.error_code);
        if error != ErrorCode::None {
            return self.membership_refused(now, error);
        }
        match decode_assignment(&response.assignment) {
            Ok(assigned) if self.settings.kind == ClientKind::Kafkajs => self.kafkajs_assigned(now, assigned),
            Ok(assigned) => self.assigned(now, assigned),
            Err(error) => self.fail(now, &format!("the assignment cannot be read: {error}")),
        }
    }

    fn heartbeat_answered(&mut self, now: Timestamp, error: ErrorCode) {
        self.group.is_beating = false;
        if error == ErrorCode::None {
            self.group.session_until = now + self.settings.session_timeout;
        } else {
            self.emit(|| ConsumerEvent::HeartbeatRefused { error: error.name().to_owned() });
        }
        if self.settings.kind == ClientKind::Kafkajs {
            let outcome = if error == ErrorCode::None { Ok(()) } else { Err(error) };
            self.kafkajs_heartbeat(now, outcome);
        } else if error != ErrorCode::None {
            self.membership_error(now, error);
        }
    }

    /// LeaveGroup is answered, or will not be.
    fn has_left(&mut self) {
        // One that left because its program stayed away may have joined again meanwhile.
        if self.group.state == GroupState::Leaving {
            self.group.reset(false, "the member left");
        }
    }

    fn commit_answered(&mut self, now: Timestamp, purpose: CommitFor, outcome: Result<(), ErrorCode>) {
        if self.settings.kind == ClientKind::Kafkajs {
            return self.kafkajs_committed(now, purpose, outcome);
        }
        if let Err(error) = outcome {
            self.membership_error(now, error);
        }
        match purpose {
            CommitFor::Rebalance => {
                if self.poll.preparation == Preparation::Committing {
                    self.poll.preparation = Preparation::Committed;
                }
            }
            CommitFor::Worker(_) => self.worker_committed(now, outcome),
            CommitFor::Timer => {
                if outcome.is_err_and(ErrorCode::is_retriable) {
                    self.poll.auto_commit_at = Some(now + self.settings.retry_backoff.first);
                }
            }
            CommitFor::Caller | CommitFor::Seek(_) => {}
        }
    }
}
