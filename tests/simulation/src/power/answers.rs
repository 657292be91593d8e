//! What answers promise.

use super::Counts;
use super::load::{Cluster, Load, Pending};
use super::model::{Place, Promised};
use super::producer::Batch;
use super::read_back::records_of;
use runnel_broker::Durability;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::Response;

impl Load {
    pub(crate) fn take_answers(&mut self, world: &mut Cluster, counts: &mut Counts) -> Result<(), String> {
        while let Some((connection, correlation, response)) = world.answer() {
            let pending = self.pending.remove(&(connection, correlation)).ok_or("an answer to no request")?;
            self.take(pending, response, counts)?;
        }
        Ok(())
    }

    fn take(&mut self, pending: Pending, response: Response, counts: &mut Counts) -> Result<(), String> {
        match (pending, response) {
            (Pending::ProducerId { producer }, Response::InitProducerId(answer)) => {
                if answer.error_code != 0 || !self.model.producer_ids.insert(answer.producer_id) {
                    return self.refused(&format!("producer id {} (again?)", answer.producer_id), answer.error_code);
                }
                self.producers[producer].id = Some(answer.producer_id);
            }
            (Pending::Produce { producer, place, incarnation, batch }, Response::Produce(answer)) => {
                let answer = &answer.responses[0].partition_responses[0];
                if incarnation != self.incarnation(place) {
                    return Ok(());
                }
                if answer.error_code != 0 {
                    self.refused(&format!("{place:?} {:?}", batch.values), answer.error_code)?;
                    if self.producers[producer].is_exact {
                        self.producers[producer].start_anew();
                    }
                    return Ok(());
                }
                self.written(producer, place, &batch, answer.base_offset)?;
                counts.records_acknowledged += batch.values.len() as u64;
            }
            (Pending::Commit { place, number }, Response::OffsetCommit(answer)) => {
                let code = answer.topics[0].partitions[0].error_code;
                if code != 0 {
                    return self.refused(&format!("commit of {place:?}"), code);
                }
                counts.commits_acknowledged += 1;
                if let Some(promised) = self.model.places.get_mut(&place) {
                    promised.commit_acknowledged = Some(number);
                }
            }
            (Pending::Fetch { place, incarnation }, Response::Fetch(answer)) => {
                let partition = &answer.responses[0].partitions[0];
                let code = ErrorCode::from_number(partition.error_code);
                if incarnation != self.incarnation(place) || code == Some(ErrorCode::OffsetOutOfRange) {
                    return Ok(());
                }
                if partition.error_code != 0 {
                    return self.refused(&format!("fetch of {place:?}"), partition.error_code);
                }
                if let Some(promised) = self.model.places.get_mut(&place) {
                    for (offset, value) in records_of(partition)? {
                        promised.note(offset, &value, self.durability == Durability::Interval)?;
                    }
                }
            }
            (Pending::DeleteRecords, Response::DeleteRecords(_)) => {}
            (Pending::Create { name }, Response::CreateTopics(answer)) => {
                let answer = &answer.topics[0];
                if answer.error_code == 0 {
                    counts.topics_acknowledged += 1;
                    self.model.topics.insert(name.to_owned(), answer.topic_id);
                    self.model.places.insert((name, 0), Promised::default());
                }
            }
            (Pending::Delete { known, .. }, Response::DeleteTopics(answer)) => {
                let code = answer.responses[0].error_code;
                match known {
                    Some(_) if code != 0 => return self.refused("deletion of a topic", code),
                    Some(id) => {
                        self.model.deleted.insert(id);
                    }
                    None => {}
                }
            }
            (_, response) => return Err(format!("an answer of another kind: {response:?}")),
        }
        Ok(())
    }

    /// Nothing is refused where all that was acknowledged is there.
    pub(super) fn refused(&self, what: &str, code: i16) -> Result<(), String> {
        match self.durability {
            Durability::Always => Err(format!("{what}: {:?}", ErrorCode::from_number(code))),
            Durability::Interval => Ok(()),
        }
    }

    fn written(&mut self, producer: usize, place: Place, batch: &Batch, base_offset: i64) -> Result<(), String> {
        let line = self.producers[producer].lines.entry(place).or_default();
        if let Some(at) = line.unanswered.iter().position(|unanswered| unanswered.values == batch.values) {
            line.unanswered.remove(at);
        }
        let Some(promised) = self.model.places.get_mut(&place) else { return Ok(()) };
        let lossy = self.durability == Durability::Interval;
        (base_offset..).zip(&batch.values).try_for_each(|(offset, value)| promised.note(offset, value, lossy))
    }
}

impl Promised {
    /// Takes note of a record that was acknowledged or seen. Where records may be lost their offsets are given out
    /// again.
    pub(super) fn note(&mut self, offset: i64, value: &str, lossy: bool) -> Result<(), String> {
        match self.records.insert(offset, value.to_owned()) {
            Some(other) if other != value && !lossy => Err(format!("{value} is at offset {offset}, where {other} was")),
            _ => Ok(()),
        }
    }
}
