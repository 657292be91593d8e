//! How numbers, facts and conditions are looked up in what is there and what has happened.

use super::ledger::{Ledger, Place};
use super::search::things;
use crate::clause::{Condition, Name, Noun, Quantifier, Quantity, Term, split_partition};
use runnel_broker::Timestamp;
use runnel_sandbox::scene::{Group, Lane, Member, NodeId, Scene};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Most choices of variables that a goal follows at once.
pub(super) const CHOICES_MAX: usize = 32;

/// What variables stand for.
pub(crate) type Choice = BTreeMap<String, String>;

/// What a condition is looked up in: everything as it is at one instant.
pub(crate) struct Look<'a> {
    pub(super) scene: &'a Scene,
    pub(super) ledger: &'a Ledger,
    pub(super) time: Timestamp,
    /// The largest value of each quantity of which the peak is asked.
    peaks: &'a [(Quantity, Option<i64>)],
    /// Who is a member of which groups, once that was asked: it takes a look at all of them.
    memberships: OnceCell<Memberships<'a>>,
}

/// By a client's name: its groups, and what it is there.
type Memberships<'a> = BTreeMap<String, Vec<(&'a String, &'a Member)>>;

/// A number, or why there is none yet.
pub(crate) type Value = Result<i64, String>;

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What a name stands for.
pub(super) fn resolve<'a>(name: &'a Name, choice: &'a Choice) -> &'a str {
    match name {
        Name::Literal(text) => text,
        Name::Variable(variable) => choice.get(variable).map_or("?", String::as_str),
    }
}

impl<'a> Look<'a> {
    pub(super) fn new(
        scene: &'a Scene,
        ledger: &'a Ledger,
        time: Timestamp,
        peaks: &'a [(Quantity, Option<i64>)],
    ) -> Look<'a> {
        Look { scene, ledger, time, peaks, memberships: OnceCell::new() }
    }

    /// A number as it is.
    pub(crate) fn value(&self, quantity: &Quantity, choice: &Choice) -> Value {
        match quantity {
            Quantity::Number(number) => Ok(*number),
            Quantity::Of { noun, names } => {
                let names: Vec<&str> = names.iter().map(|name| resolve(name, choice)).collect();
                self.noun(*noun, &names)
            }
            Quantity::Peak(of) => {
                let peak = self.peaks.iter().find(|(quantity, _)| *quantity == **of);
                let kept = peak.and_then(|(_, peak)| *peak);
                match (kept, self.value(of, choice)) {
                    (Some(kept), Ok(now)) => Ok(kept.max(now)),
                    (Some(kept), Err(_)) => Ok(kept),
                    (None, now) => now,
                }
            }
        }
    }

    fn noun(&self, noun: Noun, names: &[&str]) -> Value {
        let (first, second) = (names.first().copied().unwrap_or(""), names.get(1).copied().unwrap_or(""));
        match noun {
            Noun::Members => Ok(count(self.group(first)?.members.len())),
            Noun::IdleMembers => {
                Ok(count(self.group(first)?.members.values().filter(|member| member.is_idle()).count()))
            }
            Noun::Owned => {
                let owned =
                    self.memberships(first).map(|(_, member)| member.assignment.values().map(Vec::len).sum::<usize>());
                Ok(count(owned.sum()))
            }
            Noun::Unowned => {
                let lanes = self.lanes(first)?;
                let group = self.group(second)?;
                Ok(count(lanes.iter().filter(|(topic, lane)| group.owner(topic, lane.partition).is_none()).count()))
            }
            Noun::Lag => {
                self.group(first)?;
                Ok(self.scene.cluster.total_lag(first))
            }
            Noun::Committed => {
                let ((topic, _), lane) = (self.place(first)?, self.lane(first)?);
                let offsets = self.group(second)?.offsets.get(&topic);
                let committed = offsets.and_then(|offsets| offsets.get(&lane.partition)).copied();
                committed.ok_or_else(|| format!("{second} has committed nothing in {first}"))
            }
            Noun::Position => {
                let (topic, partition) = self.place(second)?;
                let client = self.scene.clients.get(first).ok_or_else(|| format!("there is no client {first}"))?;
                let position = client.positions.get(&topic).and_then(|positions| positions.get(&partition)).copied();
                position.ok_or_else(|| format!("{first} does not read {second}"))
            }
            Noun::Rebalances => Ok(self.ledger.rebalances.get(first).copied().unwrap_or(0)),
            Noun::Partitions => Ok(count(self.lanes(first)?.len())),
            Noun::UsedPartitions => {
                Ok(count(self.lanes(first)?.iter().filter(|(_, lane)| lane.log_end_offset > 0).count()))
            }
            Noun::Records => Ok(self.lanes(first)?.iter().map(|(_, lane)| lane.log_end_offset).sum()),
            Noun::RecordsBy => self.written(first, Some(second), |(all, _)| *all),
            Noun::RecordsOfKey => self.of_key(first, second),
            Noun::KeyedRecords => self.written(first, None, |(all, keyless)| all - keyless),
            Noun::KeylessRecords => self.written(first, None, |(_, keyless)| *keyless),
            Noun::KeylessRecordsBy => self.written(first, Some(second), |(_, keyless)| *keyless),
            Noun::KeptRecords => Ok(count(self.lanes(first)?.iter().map(|(_, lane)| lane.records.len()).sum())),
            Noun::KeptRecordsOfKey => {
                let lanes = self.lanes(first)?;
                let keys = lanes.iter().flat_map(|(_, lane)| lane.records.values().map(|record| &record.preview.key));
                Ok(count(keys.flatten().filter(|key| key.text == second).count()))
            }
            Noun::Keys => {
                let lanes: BTreeSet<Place> = self.places(first)?;
                let is_here = |topic: &str, partition: i32| lanes.contains(&(topic.to_owned(), partition));
                let keys = self.ledger.keys.iter();
                let keys =
                    keys.filter(|((topic, _), places)| places.keys().any(|partition| is_here(topic, *partition)));
                Ok(count(keys.count()))
            }
            Noun::SplitKeys => {
                self.lanes(first)?;
                let keys = self.ledger.keys.iter().filter(|((topic, _), places)| topic == first && places.len() > 1);
                Ok(count(keys.count()))
            }
            Noun::LongestRun => {
                self.lanes(first)?;
                let run = self.ledger.runs.get(&(first.to_owned(), second.to_owned()));
                Ok(run.map_or(0, |run| run.longest))
            }
            Noun::Start => self.lane(first).map(|lane| lane.log_start_offset),
            Noun::End => self.lane(first).map(|lane| lane.log_end_offset),
            Noun::Last => match self.lane(first)?.log_end_offset {
                0 => Err(format!("{first} has no records yet")),
                end => Ok(end - 1),
            },
            Noun::Segments => self.lane(first).map(|lane| count(lane.segments.len())),
            Noun::Age => {
                let oldest = self.lane(first)?.records.values().map(|record| record.preview.timestamp).min();
                let oldest = oldest.ok_or_else(|| format!("{first} has no records"))?;
                Ok((self.time.0 / 1_000).saturating_sub(oldest) / 1_000)
            }
            Noun::Compactions => {
                self.lane(first)?;
                Ok(self.ledger.compactions.get(&self.place(first)?).copied().unwrap_or(0))
            }
            Noun::HandledBy => {
                let mut sum = 0;
                for (topic, lane) in self.lanes(first)? {
                    let key = (second.to_owned(), (topic.to_owned(), lane.partition));
                    sum += self.ledger.handled_by.get(&key).map_or(0, |offsets| count(offsets.len()));
                }
                Ok(sum)
            }
            Noun::Handled => self.handled(first, second, |times| count(times.len())),
            Noun::Repeated => {
                self.handled(first, second, |times| count(times.values().filter(|times| **times > 1).count()))
            }
            Noun::Missed => self.missed(first, second),
            Noun::AtHand => Ok(self.ledger.at_hand.get(first).map_or(0, |at_hand| count(at_hand.len()))),
            Noun::CutShort => Ok(self.ledger.cut_short.get(first).copied().unwrap_or(0)),
            Noun::Starts => Ok(self.ledger.starts.get(first).copied().unwrap_or(0)),
        }
    }

    fn group(&self, name: &str) -> Result<&'a Group, String> {
        self.scene.cluster.groups.get(name).ok_or_else(|| format!("nobody has joined the group {name} yet"))
    }

    /// The memberships of a client, by group.
    pub(super) fn memberships(&self, client: &str) -> impl Iterator<Item = (&'a String, &'a Member)> {
        self.all_memberships().get(client).into_iter().flatten().copied()
    }

    fn all_memberships(&self) -> &Memberships<'a> {
        self.memberships.get_or_init(|| {
            let mut all = Memberships::new();
            for (group_id, group) in &self.scene.cluster.groups {
                for (member_id, member) in &group.members {
                    let name = member_name(self.scene, group_id, member_id, member);
                    all.entry(name).or_default().push((group_id, member));
                }
            }
            all
        })
    }

    /// The names of a group's members.
    pub(super) fn members(&self, group: &str) -> Vec<String> {
        let all = self.all_memberships().iter();
        let members = all.filter(|(_, memberships)| memberships.iter().any(|(known, _)| *known == group));
        members.map(|(name, _)| name.clone()).collect()
    }

    /// Topic and number of a partition that there is.
    fn place(&self, name: &str) -> Result<Place, String> {
        self.lane(name)?;
        let (topic, partition) = split_partition(name).ok_or_else(|| format!("{name} is no partition"))?;
        Ok((topic.to_owned(), partition))
    }

    fn lane(&self, name: &str) -> Result<&'a Lane, String> {
        let lane = split_partition(name).and_then(|(topic, partition)| self.scene.cluster.lane(topic, partition));
        lane.ok_or_else(|| format!("there is no partition {name} yet"))
    }

    /// The partitions of a topic, or the one of that name.
    pub(super) fn lanes(&self, name: &str) -> Result<Vec<(&'a str, &'a Lane)>, String> {
        if let Some((topic, found)) = self.scene.cluster.topics.get_key_value(name) {
            return Ok(found.lanes.iter().map(|lane| (topic.as_str(), lane)).collect());
        }
        let topic = split_partition(name).and_then(|(topic, _)| self.scene.cluster.topics.get_key_value(topic));
        match (topic, self.lane(name)) {
            (Some((topic, _)), Ok(lane)) => Ok(vec![(topic, lane)]),
            (Some(_), Err(reason)) => Err(reason),
            (None, _) => Err(format!("there is no topic {name} yet")),
        }
    }

    pub(super) fn places(&self, name: &str) -> Result<BTreeSet<Place>, String> {
        Ok(self.lanes(name)?.into_iter().map(|(topic, lane)| (topic.to_owned(), lane.partition)).collect())
    }

    fn written(&self, place: &str, producer: Option<&str>, of: impl Fn(&(i64, i64)) -> i64) -> Value {
        let places = self.places(place)?;
        let written = self.ledger.written.iter();
        let written =
            written.filter(|((place, by), _)| places.contains(place) && producer.is_none_or(|wanted| wanted == by));
        Ok(written.map(|(_, counts)| of(counts)).sum())
    }

    fn of_key(&self, place: &str, key: &str) -> Value {
        let places = self.places(place)?;
        let keys = self.ledger.keys.iter().filter(|((_, known), _)| known == key);
        let counts = keys.flat_map(|((topic, _), counts)| {
            let here = counts.iter().filter(|(partition, _)| places.contains(&(topic.clone(), **partition)));
            here.map(|(_, count)| *count).collect::<Vec<i64>>()
        });
        Ok(counts.sum())
    }

    fn handled(&self, place: &str, group: &str, of: impl Fn(&BTreeMap<i64, i64>) -> i64) -> Value {
        let mut sum = 0;
        for (topic, lane) in self.lanes(place)? {
            let times = self.ledger.handled.get(&(group.to_owned(), (topic.to_owned(), lane.partition)));
            sum += times.map_or(0, &of);
        }
        Ok(sum)
    }

    /// Records before the last one worked through that nobody has worked through or has at hand.
    fn missed(&self, place: &str, group: &str) -> Value {
        let places = self.places(place)?;
        let mut missed = 0;
        for place in places {
            let Some(times) = self.ledger.handled.get(&(group.to_owned(), place.clone())) else { continue };
            let Some(last) = times.keys().next_back() else { continue };
            let at_hand = self.ledger.at_hand.values().flatten();
            let at_hand =
                at_hand.filter(|(known, offset)| *known == place && offset < last && !times.contains_key(offset));
            missed += last + 1 - count(times.len()) - count(at_hand.count());
        }
        Ok(missed)
    }

    /// Every choice of variables with which a condition holds.
    pub(super) fn choices(&self, condition: &Condition, choice: &Choice) -> Vec<Choice> {
        let mut choices = vec![choice.clone()];
        for term in &condition.0 {
            choices = choices.iter().flat_map(|choice| self.choices_of(term, choice)).take(CHOICES_MAX).collect();
            if choices.is_empty() {
                break;
            }
        }
        choices
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, condition: &Condition, choice: &Choice) -> bool {
        !self.choices(condition, choice).is_empty()
    }

    fn choices_of(&self, term: &Term, choice: &Choice) -> Vec<Choice> {
        let only_if = |holds: bool| if holds { vec![choice.clone()] } else { Vec::new() };
        match term {
            Term::Compare { left, comparison, right } => {
                let (left, right) = (self.value(left, choice), self.value(right, choice));
                only_if(matches!((left, right), (Ok(left), Ok(right)) if comparison.holds(left, right)))
            }
            Term::Fact { fact, names } => {
                let names: Vec<&str> = names.iter().map(|name| resolve(name, choice)).collect();
                only_if(self.fact(*fact, &names))
            }
            Term::Quantified { quantifier, domain, of, variable, condition } => {
                let of = of.as_ref().map(|name| resolve(name, choice));
                let things = things(self, *domain, of);
                let with = |thing: String| {
                    let mut choice = choice.clone();
                    choice.insert(variable.clone(), thing);
                    choice
                };
                match quantifier {
                    Quantifier::Some => things
                        .into_iter()
                        .flat_map(|thing| self.choices(condition, &with(thing)))
                        .take(CHOICES_MAX)
                        .collect(),
                    Quantifier::Every => {
                        let is_any = !things.is_empty();
                        only_if(is_any && things.into_iter().all(|thing| self.holds(condition, &with(thing))))
                    }
                    Quantifier::No => only_if(!things.into_iter().any(|thing| self.holds(condition, &with(thing)))),
                }
            }
        }
    }

    /// The partitions of a member, by name.
    pub(crate) fn owned_names(&self, member: &str) -> Vec<String> {
        let assignments = self.memberships(member).flat_map(|(_, member)| &member.assignment);
        assignments.flat_map(|(topic, owned)| owned.iter().map(move |one| format!("{topic}-{one}"))).collect()
    }
}

/// What a member of a group is called: the client of the world that it is, or by what it calls itself.
fn member_name(scene: &Scene, group_id: &str, member_id: &str, member: &Member) -> String {
    let node = scene.node_of_member(group_id, member_id);
    if let NodeId::Client(name) = node { name } else { member.client_id.clone() }
}
