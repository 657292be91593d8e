//! Groups as an operator meets them: a place on the stage before a member has joined, and their end.

use super::happening::Change;
use super::{Refusal, World};
use runnel_protocol::messages::delete_groups::{DeleteGroupsRequest, DeleteGroupsResponse};
use runnel_protocol::{ErrorCode, Request};

/// Most groups that are drawn before they have members.
const DRAWN_MAX: usize = 1_000;

impl World {
    /// Draws the place of a group. Kafka knows no group before a member has joined it, or has committed for it.
    pub(super) fn draw_group(&mut self, group: &str) -> Result<(), Refusal> {
        if self.groups.contains(group) || self.has_group(group) {
            return Err(Refusal::new(format!("there is a group {group:?} already")));
        }
        if self.groups.len() >= DRAWN_MAX {
            return Err(Refusal::new(format!("at most {DRAWN_MAX} groups are drawn")));
        }
        self.groups.insert(group.to_owned());
        self.tell_change(Change::GroupDrawn { group: group.to_owned(), drawn: true });
        Ok(())
    }

    /// Deletes what the brokers keep of a group, and its place on the stage.
    pub(super) fn delete_group(&mut self, group: &str) -> Result<(), Refusal> {
        let was_drawn = self.groups.remove(group);
        if self.has_group(group) {
            self.ask_to_delete(group)?;
        } else if !was_drawn {
            return Err(Refusal::new(format!("there is no group {group:?}")));
        }
        if was_drawn {
            self.tell_change(Change::GroupDrawn { group: group.to_owned(), drawn: false });
        }
        Ok(())
    }

    /// Whether a coordinator knows the group.
    fn has_group(&self, group: &str) -> bool {
        self.cluster.overview().groups.iter().any(|known| known.group_id == group)
    }

    /// Asks one broker after the other until one of them is the coordinator.
    fn ask_to_delete(&mut self, group: &str) -> Result<(), Refusal> {
        let mut outcome = Err(Refusal::new("no broker is alive"));
        for broker in self.broker_ids().filter(|broker| self.is_broker_alive(*broker)).collect::<Vec<_>>() {
            let request = Request::DeleteGroups(DeleteGroupsRequest { groups_names: vec![group.into()] });
            let response: DeleteGroupsResponse = self.ask_at(broker, &request)?;
            let code = response.results.first().map_or(0, |result| result.error_code);
            outcome = match ErrorCode::from_number(code) {
                Some(ErrorCode::None) => return Ok(()),
                Some(code) => Err(Refusal::new(code.message())),
                None => Err(Refusal::new(format!("error {code}"))),
            };
            if code != ErrorCode::NotCoordinator.number() {
                return outcome;
            }
        }
        outcome
    }
}
