//! Kafka's tools as the world runs them. A program that is loaded in parts may bring them later than the world: with the
//! feature `late-tools` they are there once somebody has called [`Tools::bring`], and without it always.

use super::Refusal;
use runnel_protocol::Timestamp;
use runnel_tools::{Files, Setting, Tool, ToolInput, ToolOutput};
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

/// A tool that runs. Whoever holds one does not know what kind it is, so that only [`Tools::KAFKAS`] leads to them.
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

/// All of Kafka's tools.
#[derive(Clone, Copy, Debug)]
pub struct Tools {
    start: Start,
}

/// Those that were brought.
static BROUGHT: OnceLock<Tools> = OnceLock::new();

impl Tools {
    /// Kafka's tools. What names them has them with it.
    pub const KAFKAS: Tools = Tools {
        start: |name, arguments, files, setting| match Tool::start(name, arguments, files, setting) {
            Ok(tool) => Ok(Box::new(tool)),
            Err(error) => Err(Refusal::new(error.to_string())),
        },
    };

    /// Has the worlds of this program run these from now on; the first that are brought stay.
    pub fn bring(self) {
        BROUGHT.get_or_init(|| self);
    }

    /// Whether a world can run them.
    pub fn are_there() -> bool {
        Tools::there().is_some()
    }

    fn there() -> Option<Tools> {
        if cfg!(feature = "late-tools") { BROUGHT.get().copied() } else { Some(Tools::KAFKAS) }
    }

    /// Starts a tool by its name.
    pub(super) fn start(
        name: &str,
        arguments: &[String],
        files: Arc<dyn Files>,
        setting: &Setting,
    ) -> Result<Box<dyn RunningTool>, Refusal> {
        let tools = Tools::there().ok_or_else(|| Refusal::new("Kafka's tools are not loaded: load them first"))?;
        (tools.start)(name, arguments, files, setting)
    }
}
