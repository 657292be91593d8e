//! What few worlds have need of: Kafka's tools and what only they ask brokers
//! for, the codecs of records, the sticky assignors, the documentation of configs. A program that is
//! loaded in parts may bring them later than the world: with the feature `late-extras` they are there once somebody has
//! called [`Extras::bring`], and without it always.

use super::Refusal;
use runnel_broker::RareHandlers;
use runnel_broker::configs::Documentation;
use runnel_clients::assignors::StickyAssignors;
use runnel_protocol::Timestamp;
use runnel_protocol::records::compression::Codecs;
use runnel_tools::{Files, Setting, Tool, ToolInput, ToolOption, ToolOutput};
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

/// A tool that runs. Whoever holds one does not know what kind it is, so that only [`Extras::ALL`] leads to them.
pub(super) trait RunningTool: Debug + Send + Sync {
    fn handle_input(&mut self, now: Timestamp, input: ToolInput);
    fn poll_output(&mut self) -> Option<ToolOutput>;
    fn next_wakeup(&self) -> Option<Timestamp>;
    fn boxed_clone(&self) -> Box<dyn RunningTool>;
}

impl RunningTool for Tool {
    fn handle_input(&mut self, now: Timestamp, input: ToolInput) {
        Tool::handle_input(self, now, input);
    }

    fn poll_output(&mut self) -> Option<ToolOutput> {
        Tool::poll_output(self)
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        Tool::next_wakeup(self)
    }

    fn boxed_clone(&self) -> Box<dyn RunningTool> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn RunningTool> {
    fn clone(&self) -> Box<dyn RunningTool> {
        self.as_ref().boxed_clone()
    }
}

type Start = fn(&str, &[String], Arc<dyn Files>, &Setting) -> Result<Box<dyn RunningTool>, Refusal>;

/// All of it.
#[derive(Clone, Copy, Debug)]
pub struct Extras {
    start_tool: Start,
    options_of: fn(&str) -> Vec<ToolOption>,
    codecs: Codecs,
    documentation: Documentation,
    handlers: RareHandlers,
    assignors: StickyAssignors,
}

/// Words without which no text makes a world want them: tools, codecs, assignors, and frames from outside, which may ask
/// for anything.
const WORDS: [&str; 7] = ["kafka-", "outside ", "gzip", "snappy", "lz4", "zstd", "ticky"];

/// Those that were brought.
static BROUGHT: OnceLock<Extras> = OnceLock::new();

impl Extras {
    /// All there is. What names them has them with it.
    pub const ALL: Extras = Extras {
        start_tool: |name, arguments, files, setting| match Tool::start(name, arguments, files, setting) {
            Ok(tool) => Ok(Box::new(tool)),
            Err(error) => Err(Refusal::new(error.to_string())),
        },
        options_of: runnel_tools::options_of,
        codecs: Codecs::KAFKAS,
        documentation: Documentation::KAFKAS,
        handlers: RareHandlers::ALL,
        assignors: StickyAssignors::KAFKAS,
    };

    /// Has the worlds of this program use these from now on; the first that are brought stay.
    pub fn bring(self) {
        self.codecs.bring();
        self.documentation.bring();
        self.handlers.bring();
        self.assignors.bring();
        BROUGHT.get_or_init(|| self);
    }

    /// Whether a world has them.
    pub fn are_there() -> bool {
        Extras::there().is_some()
    }

    /// Whether a script or a history file may want what is not there: it is to be run only once they are brought.
    pub fn are_missing_for(text: &str) -> bool {
        !Extras::are_there() && WORDS.iter().any(|word| text.contains(word))
    }

    /// The options of a tool of Kafka's, by its full name; none of one that there is not, or that is not brought yet.
    pub fn tool_options(tool: &str) -> Vec<ToolOption> {
        Extras::there().map(|extras| (extras.options_of)(tool)).unwrap_or_default()
    }

    fn there() -> Option<Extras> {
        if cfg!(feature = "late-extras") { BROUGHT.get().copied() } else { Some(Extras::ALL) }
    }

    /// Starts a tool by its name.
    pub(super) fn start_tool(
        name: &str,
        arguments: &[String],
        files: Arc<dyn Files>,
        setting: &Setting,
    ) -> Result<Box<dyn RunningTool>, Refusal> {
        let extras = Extras::there().ok_or_else(|| Refusal::new("Kafka's tools are not loaded: load them first"))?;
        (extras.start_tool)(name, arguments, files, setting)
    }
}
