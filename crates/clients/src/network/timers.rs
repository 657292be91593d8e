//! What time brings: the end of a back-off, a connection that took too long, an answer that is late.

use super::peer::{PeerState, Stage};
use super::{ConnectionChange, Failure, LateAnswer, Network, Peer, Reply};
use crate::carrier::{Carried, LinkId};
use runnel_protocol::Timestamp;

impl Network {
    pub(super) fn handle_timers(&mut self, now: Timestamp) {
        if now < self.quiet_until {
            return;
        }
        let is_due = |state: &PeerState| state.next_wakeup().is_some_and(|at| at <= now);
        let due: Vec<Peer> = self.peers.iter().filter(|(_, state)| is_due(state)).map(|(peer, _)| *peer).collect();
        for peer in due {
            self.advance(now, peer);
        }
        // What is done meanwhile makes this later, and does not matter; what would make it sooner says so.
        self.quiet_until = self.next_wakeup().unwrap_or(Timestamp(i64::MAX));
    }

    /// Ends a back-off, or gives up on a connection whose time is over.
    pub(super) fn advance(&mut self, now: Timestamp, peer: Peer) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        match &state.stage {
            Stage::BackingOff { at, address } if *at <= now => {
                let address = address.clone();
                self.next_link += 1;
                let link = LinkId(self.next_link);
                state.stage = Stage::Connecting { link, until: now + self.settings.connect_timeout };
                self.quiet_until = Timestamp(i64::MIN);
                self.links.insert(link, peer);
                self.note(|| ConnectionChange::Connecting { peer, link, address: address.clone() });
                self.outputs.push_back(Carried::Connect { link, address });
            }
            Stage::Connecting { until, .. } if *until <= now => {
                let address = self.address(peer).cloned();
                self.give_up(now, peer, &Failure::NotConnected { address, reason: "connection timed out".to_owned() });
            }
            Stage::Ready { .. } if self.settings.late_answer == LateAnswer::IsIgnored => {
                for id in state.expire(now) {
                    self.replies.push_back(Reply { id, peer, outcome: Err(Failure::TimedOut) });
                }
            }
            Stage::Introducing { .. } | Stage::Ready { .. } if state.next_wakeup().is_some_and(|at| at <= now) => {
                self.give_up(now, peer, &Failure::TimedOut);
            }
            Stage::Idle
            | Stage::BackingOff { .. }
            | Stage::Connecting { .. }
            | Stage::Introducing { .. }
            | Stage::Ready { .. } => {}
        }
    }
}
