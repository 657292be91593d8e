//! What a typed line does.

use super::output::{Entry, Output, Running, Tone, push, say};
use super::program::Program;
use super::{Terminals, Window};
use crate::inspector::without_line;
use crate::late;
use crate::page::Page;
use crate::widgets::clock_text;
use leptos::prelude::*;
use runnel_lessons::shell::{self, PageWord, Typed};
use runnel_sandbox::script::{Command, quote};
use runnel_sandbox::world::{Change, Extras, Happening, HappeningKind, Role};

/// As it is typed where there is no key for it.
pub(super) const INTERRUPT: &str = "^C";
/// The same for the end of the input.
pub(super) const END_OF_INPUT: &str = "^D";

/// Where a line is typed.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) page: Page,
    pub(super) terminals: Terminals,
    pub(super) window: Window,
}

impl Place {
    /// What runs here and was started last.
    pub(super) fn running(&self) -> Option<Running> {
        self.window
            .entries
            .with(|entries| entries.iter().rev().find_map(|entry| entry.output.with(|output| output.running.clone())))
    }

    fn running_untracked(&self) -> Option<Running> {
        untrack(|| self.running())
    }

    /// Takes the line that stands there.
    pub(super) fn enter(&self) {
        let line = self.window.typed.get_untracked();
        let is_for_stage = self.window.put.get_untracked().as_ref() == Some(&line);
        self.window.put.set(None);
        self.window.typed.set(String::new());
        match line.trim() {
            INTERRUPT => return self.interrupt(),
            END_OF_INPUT => return self.end_input(),
            _other => {}
        }
        if let Some(Running::Tool { name, .. }) =
            self.running_untracked().filter(|tool| tool.is_reading() && !is_for_stage)
        {
            return self.attempt(&format!("type tool={name} {}\n", quote(&line)));
        }
        let line = line.trim().to_owned();
        if line.is_empty() {
            return;
        }
        self.terminals.note(&line);
        if Extras::are_missing_for(&line) {
            let place = self.clone();
            leptos::task::spawn_local(async move {
                match late::load_extras().await {
                    Ok(()) => place.run(&line),
                    Err(reason) => place.refuse(&line, reason),
                }
            });
        } else {
            self.run(&line);
        }
    }

    /// Runs a line of the stage's or the shell's, whatever is being typed there.
    pub(super) fn enter_for_stage(&self, line: &str) {
        let typed = self.window.typed.get_untracked();
        self.window.typed.set(line.to_owned());
        self.window.put.set(Some(line.to_owned()));
        self.enter();
        self.window.typed.set(typed);
    }

    fn run(&self, line: &str) {
        match self.page.view.with(|viewing| shell::read(viewing, line)) {
            Ok(Typed::Nothing) => push(&self.window.entries, line, Output::default()),
            Ok(Typed::Answer(text)) => push(&self.window.entries, line, Output::said(&text)),
            Ok(Typed::Page(word)) => self.page_word(line, word),
            Ok(Typed::Commands(commands)) => self.commands(line, &commands, false),
            Ok(Typed::Program(commands)) => self.commands(line, &commands, true),
            Err(error) => self.refuse(line, without_line(&error.to_string()).to_owned()),
        }
    }

    fn refuse(&self, line: &str, text: String) {
        push(&self.window.entries, line, Output { text, tone: Tone::Refused, ..Output::default() });
    }

    fn commands(&self, line: &str, commands: &[Command], is_program: bool) {
        let before = self.page.view.with(|viewing| viewing.now());
        let script: String = commands.iter().map(|command| format!("{command}\n")).collect();
        match self.page.try_run(&script) {
            Ok(happenings) => {
                let running = started(&happenings, is_program).map(|(name, command)| {
                    if is_program {
                        Running::Program(Program::new(&name, line, before))
                    } else {
                        Running::tool(&name, &command, before)
                    }
                });
                let now = self.page.view.with(|viewing| viewing.now());
                let start = self.page.view.with(|viewing| viewing.story().start());
                let text = if now > before { format!("it is {}", clock_text(now.since(start))) } else { String::new() };
                let output = Output { text, running, ..Output::default() };
                // It may have ended already.
                let looked = self.page.view.with(|viewing| output.looked_at(viewing));
                push(&self.window.entries, line, looked.unwrap_or(output));
            }
            Err(reason) => self.refuse(line, without_line(&reason).to_owned()),
        }
    }

    fn page_word(&self, line: &str, word: PageWord) {
        let said = |text: &str| push(&self.window.entries, line, Output::said(text));
        match word {
            PageWord::Clear => self.window.entries.set(Vec::new()),
            PageWord::Exit => self.close(),
            PageWord::Hint => {
                let hint = self.terminals.hint.with_value(|hint| hint.as_ref().and_then(|next| next()));
                said(
                    &hint.unwrap_or_else(|| "there is no hint: hints are a lesson's, and one is to be open".to_owned()),
                );
            }
            PageWord::History => {
                let lines = self.terminals.history.with_value(|history| history.join("\n"));
                said(&lines);
            }
            PageWord::Undo if self.page.steps.get_untracked().0 == 0 => said("there is nothing to take back"),
            PageWord::Redo if self.page.steps.get_untracked().1 == 0 => said("there is nothing to do again"),
            PageWord::Undo => {
                said("");
                self.page.undo();
            }
            PageWord::Redo => {
                said("");
                self.page.redo();
            }
        }
    }

    /// Ctrl-C.
    pub(super) fn interrupt(&self) {
        match self.running_untracked() {
            Some(running) => {
                if matches!(running, Running::Program(_)) {
                    say(&self.window.entries, INTERRUPT);
                }
                self.attempt(&running.interrupted());
            }
            None => {
                let typed = self.window.typed.get_untracked();
                self.window.typed.set(String::new());
                push(&self.window.entries, &format!("{typed}{INTERRUPT}"), Output::default());
            }
        }
    }

    /// Ctrl-D.
    pub(super) fn end_input(&self) {
        match self.running_untracked().filter(Running::is_reading) {
            Some(running) => self.attempt(&format!("end-input tool={}\n", running.name())),
            None => self.close(),
        }
    }

    fn attempt(&self, script: &str) {
        if let Err(reason) = self.page.try_run(script) {
            self.refuse("", without_line(&reason).to_owned());
        }
    }

    /// Closes the terminal; what runs in it ends as when a real one is closed. The last one is emptied instead.
    pub(super) fn close(&self) {
        let of_entry = |entry: &Entry| entry.output.with_untracked(|output| output.running.clone());
        let all: Vec<Running> =
            self.window.entries.with_untracked(|entries| entries.iter().filter_map(of_entry).collect());
        for running in all {
            // Whatever has gone by itself meanwhile needs nothing.
            _ = self.page.try_run(&running.interrupted());
        }
        let Place { terminals, window, .. } = self;
        if terminals.windows.with_untracked(Vec::len) == 1 {
            return window.entries.set(Vec::new());
        }
        terminals.windows.update(|windows| windows.retain(|one| one.number != window.number));
        let last = terminals.windows.with_untracked(|windows| windows.last().map(|one| one.number));
        terminals.active.set(last.unwrap_or(1));
    }
}

/// The tool or program that a line has started last, with the command that it is.
fn started(happenings: &[Happening], is_program: bool) -> Option<(String, String)> {
    happenings.iter().rev().find_map(|happening| match &happening.kind {
        HappeningKind::Change { change: Change::ProcessStarted { name, role, command, .. } }
            if is_program || *role == Role::Tool =>
        {
            Some((name.clone(), command.clone()))
        }
        HappeningKind::Broker { .. }
        | HappeningKind::Client { .. }
        | HappeningKind::Printed { .. }
        | HappeningKind::Packet { .. }
        | HappeningKind::Logged { .. }
        | HappeningKind::Change { .. } => None,
    })
}
