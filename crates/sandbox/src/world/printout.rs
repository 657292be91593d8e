//! What a tool has printed and what was typed into it, for a terminal.

use super::World;
use super::happening::Stream;
use runnel_protocol::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;

/// Most pieces that are kept of one tool.
const PIECES_MAX: usize = 4_000;
/// Most bytes that are kept of one tool.
const PIECES_SIZE_MAX: usize = 256 * 1024;

/// The latest of what a tool has printed, and of what was typed into it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Printout {
    /// In their order.
    pub pieces: VecDeque<Piece>,
    /// Pieces that came before these and are not kept.
    pub left_out: u64,
    /// Bytes of the pieces.
    #[serde(skip)]
    size: usize,
}

/// Something that came out of a tool at once, or a line that was typed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Piece {
    /// When.
    pub time: Timestamp,
    /// Where it came out, or that it was typed.
    pub stream: Stream,
    /// Whole lines with their ends, or a piece like a prompt.
    pub text: String,
}

impl Printout {
    pub(super) fn keep(&mut self, time: Timestamp, stream: Stream, text: &str) {
        // Of one piece that is larger than all that is kept, the end is kept.
        let mut start = text.len().saturating_sub(PIECES_SIZE_MAX);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let text = text[start..].to_owned();
        self.size += text.len();
        self.pieces.push_back(Piece { time, stream, text });
        while self.size > PIECES_SIZE_MAX || self.pieces.len() > PIECES_MAX {
            let Some(oldest) = self.pieces.pop_front() else { return };
            self.size -= oldest.text.len();
            self.left_out += 1;
        }
    }
}

impl World {
    /// What a tool has printed so far, with what was typed into it. The last twenty tools that have ended are kept.
    pub fn printout(&self, name: &str) -> Option<&Printout> {
        self.processes.get(self.names.get(name)?).map(|process| process.printout.as_ref())
    }
}
