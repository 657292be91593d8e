//! Which batches belong to aborted transactions, and when a marker has nothing left to mark.

use crate::Offset;
use crate::log::AbortedTransaction;
use runnel_protocol::records::BatchHeader;
use runnel_protocol::records::control::EndTxnMarker;
use std::collections::{BTreeMap, BTreeSet};

/// The transactions that a pass over the log has met.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// Aborted ones that the pass has not reached, by first offset and producer.
    ahead: BTreeMap<(Offset, i64), AbortedTransaction>,
    /// Aborted ones that it is in, by producer, and whether it has met a batch of theirs.
    aborted: BTreeMap<i64, (AbortedTransaction, bool)>,
    /// Producers of which it has met a batch of a transaction that was not aborted.
    committed: BTreeSet<i64>,
}

/// What a marker is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Marker {
    /// Records of its transaction are there. For an abort: the entry that readers need.
    Needed(Option<AbortedTransaction>),
    /// Nothing is left of its transaction.
    Idle,
}

impl Transactions {
    /// Makes known which transactions were aborted in the part that comes.
    pub(super) fn add_aborted(&mut self, aborted: impl IntoIterator<Item = AbortedTransaction>) {
        self.ahead.extend(aborted.into_iter().map(|aborted| ((aborted.first_offset, aborted.producer_id), aborted)));
    }

    fn advance(&mut self, offset: Offset) {
        while let Some(next) = self.ahead.first_entry().filter(|next| next.key().0 <= offset) {
            let aborted = next.remove();
            self.aborted.entry(aborted.producer_id).or_insert((aborted, false));
        }
    }

    /// Takes note of a batch of data; true if its transaction was aborted.
    pub(super) fn note_batch(&mut self, header: &BatchHeader) -> bool {
        self.advance(header.last_offset());
        if !header.attributes.is_transactional() {
            return false;
        }
        match self.aborted.get_mut(&header.producer_id) {
            Some((_, was_met)) => {
                *was_met = true;
                true
            }
            None => {
                self.committed.insert(header.producer_id);
                false
            }
        }
    }

    /// Takes note of a control batch. `marker` is what it says, if it is the end of a transaction.
    pub(super) fn note_control(&mut self, header: &BatchHeader, marker: Option<EndTxnMarker>) -> Marker {
        self.advance(header.last_offset());
        if header.records_count == 0 {
            return Marker::Idle;
        }
        match marker {
            None => Marker::Needed(None),
            Some(EndTxnMarker { is_commit: true, .. }) => {
                if self.committed.remove(&header.producer_id) {
                    Marker::Needed(None)
                } else {
                    Marker::Idle
                }
            }
            Some(EndTxnMarker { is_commit: false, .. }) => match self.aborted.remove(&header.producer_id) {
                Some((aborted, true)) => Marker::Needed(Some(aborted)),
                Some((_, false)) | None => Marker::Idle,
            },
        }
    }
}
