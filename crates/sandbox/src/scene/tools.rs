//! Kafka's command-line tools on the stage: who calls on which connection, whom a tool is in its group, and when it goes.

use super::Scene;
use super::cargo::Joining;
use super::client::{ClientRole, ClientState};
use runnel_broker::Timestamp;
use std::time::Duration;

/// How long a tool that has ended is still shown.
const TOOL_SHOWN: Duration = Duration::from_secs(5);

/// Connections of which it is remembered who opened them.
const CALLERS_MAX: usize = 2_000;

impl Scene {
    /// The name of whoever is at a connection's end: that of the world's client that opened it, or what it calls itself.
    pub fn name_of_connection(&self, connection: u64) -> String {
        self.seen.callers.get(&connection).cloned().unwrap_or_else(|| self.cluster.client_name(connection))
    }

    /// A client of the world opens a connection.
    pub(super) fn note_caller(&mut self, connection: u64, name: &str) {
        self.seen.callers.insert(connection, name.to_owned());
        if self.seen.callers.len() > CALLERS_MAX {
            self.seen.callers.pop_first();
        }
    }

    /// A tool joins a group: it is the member whose identifier it joins with.
    pub(super) fn note_joining(&mut self, name: &str, connection: u64, joining: &Joining) {
        let calls_itself = self.cluster.client_name(connection);
        let Some(tool) = self.clients.get_mut(name).filter(|client| client.card.role == ClientRole::Tool) else {
            return;
        };
        tool.card.group = Some(joining.group_id.clone());
        tool.client_id = calls_itself;
        if !joining.member_id.is_empty() {
            tool.member_id = Some(joining.member_id.clone());
        }
    }

    /// A tool has ended: it is shown a little longer.
    pub(super) fn end_tool(&mut self, name: &str, status: i32, time: Timestamp) {
        self.set_client_state(name, ClientState::Closed);
        if let Some(tool) = self.clients.get_mut(name) {
            tool.exit_status = Some(status);
            self.seen.ended_tools.push_back((time, name.to_owned()));
        }
    }

    /// Takes tools off the stage that ended some time ago.
    pub(super) fn dismiss_old_tools(&mut self) {
        while let Some((ended, name)) = self.seen.ended_tools.front().cloned() {
            if self.time < ended + TOOL_SHOWN {
                return;
            }
            self.dismiss(&name);
        }
    }
}
