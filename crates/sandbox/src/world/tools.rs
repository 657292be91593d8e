//! Kafka's tools: started by a line, fed by what a person types.

use super::happening::{Change, Role, Stream};
use super::machine::{Machine, ProcessInput};
use super::process::{ProcessState, Spec};
use super::{Refusal, World};
use std::sync::Arc;

impl World {
    pub(super) fn start_tool(&mut self, tool: &str, arguments: &[String]) -> Result<(), Refusal> {
        let spec = Spec::Tool { tool: tool.to_owned(), arguments: arguments.to_vec() };
        let mut random = self.random.clone();
        let machine = Machine::tool(tool, arguments, self.files_for_tools(), random.next_u64(), self.now)?;
        self.random = random;
        self.forget_old_tools();
        self.add_process(spec, machine);
        Ok(())
    }

    /// A tool that has ended is of no use; the last few stay, so that it can be seen how they ended.
    fn forget_old_tools(&mut self) {
        const KEPT: usize = 20;
        let ended = self.processes.iter().filter(|(_, process)| {
            process.spec.role() == Role::Tool && matches!(process.state, ProcessState::Ended(_))
        });
        let ended: Vec<(u32, String)> = ended.map(|(id, process)| (*id, process.name.clone())).collect();
        for (id, name) in ended.iter().take(ended.len().saturating_sub(KEPT)) {
            self.processes.remove(id);
            self.names.remove(name);
        }
    }

    /// The tool with this name, or the last one that runs.
    fn tool(&self, name: Option<&str>) -> Result<u32, Refusal> {
        match name {
            Some(name) => self.running(name, Role::Tool),
            None => {
                let mut running =
                    self.processes.iter().rev().filter(|(_, process)| {
                        process.spec.role() == Role::Tool && process.state == ProcessState::Running
                    });
                running.next().map(|(id, _)| *id).ok_or_else(|| Refusal::new("no tool runs"))
            }
        }
    }

    pub(super) fn type_line(&mut self, name: Option<&str>, line: &str) -> Result<(), Refusal> {
        let id = self.tool(name)?;
        let Some(process) = self.processes.get_mut(&id).map(Arc::make_mut) else { return Ok(()) };
        Arc::make_mut(&mut process.printout).keep(self.now, Stream::In, &format!("{line}\n"));
        let name = process.name.clone();
        self.tell_change(Change::Typed { name, line: line.to_owned() });
        self.process_input(id, ProcessInput::Line(line.to_owned()));
        Ok(())
    }

    pub(super) fn end_input(&mut self, name: Option<&str>) -> Result<(), Refusal> {
        let id = self.tool(name)?;
        self.process_input(id, ProcessInput::EndOfInput);
        Ok(())
    }

    pub(super) fn interrupt(&mut self, name: Option<&str>) -> Result<(), Refusal> {
        let id = self.tool(name)?;
        self.process_input(id, ProcessInput::Interrupt);
        Ok(())
    }
}
