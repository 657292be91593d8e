//! Finding the batches in a buffer that holds several, one after the other: a Fetch answer, a segment.

use super::{BatchError, BatchHeader};
use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

/// A batch that is not whole, and where it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SplitError {
    /// First byte of the batch in the buffer.
    pub at: usize,
    /// What is wrong with it.
    pub error: BatchError,
}

impl SplitError {
    /// Whether the buffer just ends within the batch, as a Fetch answer may.
    pub fn is_partial(&self) -> bool {
        matches!(self.error, BatchError::Truncated { .. })
    }
}

impl fmt::Display for SplitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "batch at byte {}: {}", self.at, self.error)
    }
}

impl std::error::Error for SplitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Walks the batches in `bytes`: the header of each and where it lies. The first one that is not whole is an error and
/// the end. Checksums are not compared unless [`Batches::with_checksums`] asks for it.
pub fn split(bytes: &[u8]) -> Batches<'_> {
    Batches { bytes, at: 0, with_checksums: false, ends_at_partial: false, is_over: false }
}

/// What [`split()`] returns.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    bytes: &'a [u8],
    at: usize,
    with_checksums: bool,
    ends_at_partial: bool,
    is_over: bool,
}

impl Batches<'_> {
    /// Compares checksums too, as recovery does, and clients that have `check.crcs`.
    #[must_use]
    pub fn with_checksums(mut self) -> Self {
        self.with_checksums = true;
        self
    }

    /// Takes a last batch that is cut off for the end, not for an error, as clients do.
    #[must_use]
    pub fn ending_at_partial(mut self) -> Self {
        self.ends_at_partial = true;
        self
    }

    /// Where the whole batches that were passed so far end.
    pub fn position(&self) -> usize {
        self.at
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<(BatchHeader, Range<usize>), SplitError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.bytes[self.at..];
        if self.is_over || rest.is_empty() {
            return None;
        }
        let header = if self.with_checksums { BatchHeader::check(rest) } else { BatchHeader::read_whole(rest) };
        match header {
            Ok(header) => {
                let start = self.at;
                self.at += header.size();
                Some(Ok((header, start..self.at)))
            }
            Err(error) => {
                self.is_over = true;
                let error = SplitError { at: self.at, error };
                (!(self.ends_at_partial && error.is_partial())).then_some(Err(error))
            }
        }
    }
}

impl FusedIterator for Batches<'_> {}
