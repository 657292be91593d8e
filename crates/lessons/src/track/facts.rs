//! Which facts hold, and what happens at an instant.

use super::ledger::{Happened, Place};
use super::look::Look;
use crate::clause::{Fact, split_partition};
use runnel_sandbox::scene::ClientState;

impl Look<'_> {
    /// Whether a fact holds, or happens at this instant.
    pub(super) fn fact(&self, fact: Fact, names: &[&str]) -> bool {
        let (first, second) = (names.first().copied().unwrap_or(""), names.get(1).copied().unwrap_or(""));
        let happened = |is_it: &dyn Fn(&Happened) -> bool| self.ledger.instant.iter().any(is_it);
        let state = self.scene.clients.get(first).map(|client| client.state);
        match fact {
            Fact::GroupIs => {
                let group = self.scene.cluster.groups.get(first);
                group.is_some_and(|group| format!("{:?}", group.state) == second)
            }
            Fact::TopicExists => self.scene.cluster.topics.contains_key(first),
            Fact::GroupExists => self.scene.cluster.groups.contains_key(first),
            Fact::Owns => self.memberships(first).any(|(_, member)| {
                split_partition(second).is_some_and(|(topic, partition)| {
                    member.assignment.get(topic).is_some_and(|owned| owned.contains(&partition))
                })
            }),
            Fact::Runs => state.is_some_and(|state| matches!(state, ClientState::Running | ClientState::Paused)),
            Fact::IsOver => state.is_some_and(|state| matches!(state, ClientState::Crashed | ClientState::Closed)),
            Fact::IsMember => self.memberships(first).any(|(group, _)| group == second),
            Fact::Is => first == second,
            Fact::IsNot => first != second,
            Fact::Starts => happened(&|one| matches!(one, Happened::Started { name, .. } if name == first)),
            Fact::Restarts => {
                happened(&|one| matches!(one, Happened::Started { name, is_again: true } if name == first))
            }
            Fact::Crashes => happened(&|one| matches!(one, Happened::Crashed(name) if name == first)),
            Fact::Leaves => happened(&|one| matches!(one, Happened::Left(name) if name == first)),
            Fact::IsStruckOff => {
                happened(&|one| matches!(one, Happened::StruckOff { name, group } if name == first && group == second))
            }
            Fact::Handles => {
                let Ok(places) = self.places(second) else { return false };
                happened(
                    &|one| matches!(one, Happened::Handled { name, place, .. } if name == first && places.contains(place)),
                )
            }
            Fact::HandlesText => happened(&|one| {
                matches!(one, Happened::Handled { name, place, offset }
                    if name == first && self.says(place, *offset, second))
            }),
            Fact::Succeeds => {
                happened(&|one| matches!(one, Happened::ToolEnded { command, status: 0 } if is_such(command, first)))
            }
            Fact::Fails => happened(
                &|one| matches!(one, Happened::ToolEnded { command, status } if *status != 0 && is_such(command, first)),
            ),
            Fact::Prints => happened(
                &|one| matches!(one, Happened::Printed { command, text } if is_such(command, first) && text.contains(second)),
            ),
        }
    }

    /// Whether the value of a record is a text.
    fn says(&self, place: &Place, offset: i64, text: &str) -> bool {
        let lane = self.scene.cluster.lane(&place.0, place.1);
        let record = lane.and_then(|lane| lane.records.get(&offset));
        record.and_then(|record| record.preview.value.as_ref()).is_some_and(|value| value.text == text)
    }
}

/// Whether the words of a command have all words of a pattern, in their order.
fn is_such(command: &[String], pattern: &str) -> bool {
    let mut words = command.iter().map(|word| word.strip_suffix(".sh").unwrap_or(word));
    pattern.split_whitespace().all(|wanted| words.any(|word| word == wanted.strip_suffix(".sh").unwrap_or(wanted)))
}
