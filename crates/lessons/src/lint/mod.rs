//! What an author asks before anybody else sees a lesson: whether it keeps its word.
//!
//! For each lesson: no goal is met where the scene is set; every solution meets all goals, by rewinding too, fills every hole
//! of the text and makes true what the text states; no near-miss meets them; the text names whatever a goal needs; no
//! number stands in the text that is neither given nor checked.

mod literals;
mod numbers;
#[cfg(test)]
mod tests;

use crate::course::Course;
use crate::lesson::{Block, Lesson, Lines};
use crate::play;
use crate::text::{Hole, Text};
use crate::track::{Standing, Tracker};
use runnel_sandbox::scene::ClientRole;
use runnel_sandbox::viewing::Viewing;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a tool may take that the text offers to run; it is on the stage for a while after it has ended.
const RUN_TIME: Duration = Duration::from_secs(3);

/// What is wrong with a lesson, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// What was found of a lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The hands whose solutions met all goals.
    pub solved: Vec<String>,
    /// The near-misses that were refused.
    pub refused: Vec<Refusal>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// A hash over every frame of all that was played: the same natively and in WebAssembly.
    pub trace: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused: Vec<String> = self.refused.iter().map(|refusal| format!("{:?}", refusal.title)).collect();
        let (solved, refused) = (self.solved.join(", "), refused.join(", "));
        write!(out, "{} {}: solved by {solved}; refused: {refused}", self.id, self.title)
    }
}

/// A near-miss that was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What is wrong with it.
    pub title: String,
    /// The first goal that it does not meet, and why.
    pub because: String,
}

/// A lesson that is looked at.
struct Looking<'a> {
    lesson: &'a Arc<Lesson>,
    findings: Vec<Finding>,
    /// Names that were there in some solution.
    names: BTreeSet<String>,
    trace: u64,
}

/// Looks at a lesson by itself.
pub fn lesson(lesson: &Arc<Lesson>) -> Report {
    let mut looking = Looking { lesson, findings: Vec::new(), names: BTreeSet::new(), trace: 0 };
    let (mut solved, mut refused) = (Vec::new(), Vec::new());
    match play::begin(lesson) {
        Ok(start) => {
            looking.start(&start);
            for solution in &lesson.solutions {
                if looking.solution(&start, &solution.hand, solution.line, &solution.lines) {
                    solved.push(solution.hand.clone());
                }
            }
            for near_miss in &lesson.near_misses {
                refused.extend(looking.near_miss(&start, &near_miss.title, near_miss.line, &near_miss.lines));
            }
        }
        Err(error) => looking.find(1, format!("the scene cannot be set: {error}")),
    }
    let text = literals::text_of(lesson);
    let literals = literals::findings(lesson, &text, &looking.names);
    let numbers = numbers::findings(lesson);
    for (line, what) in literals.into_iter().chain(numbers) {
        looking.find(line, what);
    }
    Report {
        id: lesson.id.clone(),
        title: lesson.title.clone(),
        solved,
        refused,
        findings: looking.findings,
        trace: looking.trace,
    }
}

/// Looks at all lessons of a course, and at what they say of each other.
pub fn course(course: &Course) -> Vec<Report> {
    let mut reports: Vec<Report> = course.lessons().map(lesson).collect();
    let mut earlier: BTreeSet<&str> = BTreeSet::new();
    let mut explained: BTreeSet<&str> = BTreeSet::new();
    for (lesson, report) in course.lessons().zip(&mut reports) {
        let mut find = |what: String| {
            report.findings.push(Finding { file: lesson.file.clone(), line: 1, what });
        };
        for other in lesson.after.iter().filter(|other| !earlier.contains(other.as_str())) {
            find(format!("it comes after {other}, which does not stand before it"));
        }
        let text = format!("{}\n{}", literals::text_of(lesson), lesson.debrief.words()).to_lowercase();
        for word in &lesson.words {
            if course.glossary.meaning(word).is_none() {
                find(format!("the glossary does not have the word {word:?}"));
            }
            if !text.contains(&word.to_lowercase()) {
                find(format!("the text does not have the word {word:?}, which it is said to introduce"));
            }
            if !explained.insert(word) {
                find(format!("the word {word:?} was introduced before"));
            }
        }
        if !earlier.insert(&lesson.id) {
            find(format!("another lesson has the id {:?}", lesson.id));
        }
    }
    for entry in course.glossary.entries.iter().filter(|entry| !explained.contains(entry.word.as_str())) {
        if let Some(report) = reports.last_mut() {
            let what = format!("no lesson introduces the word {:?}", entry.word);
            report.findings.push(Finding { file: "glossary.md".to_owned(), line: 1, what });
        }
    }
    reports
}

impl Looking<'_> {
    fn find(&mut self, line: u32, what: String) {
        if self.findings.iter().any(|known| known.line == line && known.what == what) {
            return;
        }
        self.findings.push(Finding { file: self.lesson.file.clone(), line, what });
    }

    fn start(&mut self, start: &Viewing) {
        let mut viewing = start.fork();
        viewing.run_until(viewing.now() + Duration::from_millis(1));
        for (goal, standing) in standings(&viewing) {
            match standing {
                Standing::Met => self.find(goal, "this goal is met before anything is done".to_owned()),
                Standing::Lost(reason) => self.find(goal, format!("this goal is lost from the start: {reason}")),
                Standing::Waiting(_) | Standing::NotYet(_) => {}
            }
        }
    }

    fn play(&mut self, start: &Viewing, lines: &Lines) -> Option<Viewing> {
        let mut viewing = start.fork();
        match play::play(&mut viewing, lines) {
            Ok(()) => {
                let trace = viewing.story().world().trace_hash();
                self.trace = self.trace.rotate_left(7) ^ trace;
                self.names.extend(Tracker::of(&viewing).iter().flat_map(|tracker| tracker.names().iter().cloned()));
                Some(viewing)
            }
            Err(stop) => {
                self.find(stop.line, format!("{:?} cannot be done: {}", stop.text, stop.reason));
                None
            }
        }
    }

    fn solution(&mut self, start: &Viewing, hand: &str, line: u32, lines: &Lines) -> bool {
        let Some(mut viewing) = self.play(start, lines) else { return false };
        let mut is_solved = true;
        for (goal, standing) in standings(&viewing) {
            let reason = match standing {
                Standing::Met => continue,
                Standing::NotYet(reason) | Standing::Lost(reason) => reason,
                Standing::Waiting(first) => format!("first comes {}", first.join(", ")),
            };
            is_solved = false;
            self.find(line, format!("the solution {hand} does not meet the goal of line {goal}: {reason}"));
        }
        if is_solved {
            self.holes(&viewing, hand);
            self.checks(&viewing, hand);
            self.runs(start, &viewing);
            is_solved = self.rewinds(&mut viewing, hand, line);
        }
        is_solved
    }

    /// Whether going back and forth gives the same goals.
    fn rewinds(&mut self, viewing: &mut Viewing, hand: &str, line: u32) -> bool {
        let (end, at_end) = (viewing.now(), standings(viewing));
        viewing.seek(viewing.story().start());
        let is_back = !standings(viewing).iter().any(|(_, standing)| *standing == Standing::Met);
        viewing.seek(end);
        let is_same = is_back && standings(viewing) == at_end;
        if !is_same {
            self.find(line, format!("the solution {hand} has other goals met after going back and forth"));
        }
        is_same
    }

    /// At the end of a solution every hole of what is read has a value.
    fn holes(&mut self, viewing: &Viewing, hand: &str) {
        let Some(tracker) = Tracker::of(viewing) else { return };
        let lesson = Arc::clone(self.lesson);
        for text in lesson.texts() {
            for hole in text.holes().filter(|hole| **hole != Hole::Bet) {
                let one = Text { line: text.line, pieces: vec![crate::text::Piece::Hole(hole.clone())] };
                let filled = tracker.fill(&one, viewing.scene(), None);
                let is_empty = filled.iter().any(|piece| matches!(piece.text(), "" | "..."));
                let is_of_reason =
                    lesson.goals.iter().flat_map(|goal| &goal.reasons).any(|reason| reason.text == *text);
                if is_empty && !is_of_reason {
                    self.find(text.line, format!("after the solution {hand} the hole {{{hole}}} has no value"));
                }
            }
        }
    }

    /// At the end of a solution everything that the text states is true.
    fn checks(&mut self, viewing: &Viewing, hand: &str) {
        let Some(tracker) = Tracker::of(viewing) else { return };
        let lesson = Arc::clone(self.lesson);
        for (index, check) in lesson.checks.iter().enumerate() {
            let wrong = match &check.at {
                None => tracker.why_not(check, viewing.scene()),
                Some(goal) => match tracker.met(goal).and_then(|met| met.checks.get(&index)) {
                    Some(wrong) => wrong.clone(),
                    None => Some("the goal was not met".to_owned()),
                },
            };
            if let Some(reason) = wrong {
                self.find(check.line, format!("after the solution {hand} this is not true: {reason}"));
            }
        }
    }

    /// What the text offers to run can be run once the lesson is solved, tools end well then, and it meets no goal by
    /// itself.
    fn runs(&mut self, start: &Viewing, solved: &Viewing) {
        let lesson = Arc::clone(self.lesson);
        if !lesson.blocks.iter().any(|block| matches!(block, Block::Run { .. })) {
            return;
        }
        let mut alone = start.fork();
        for block in &lesson.blocks {
            let Block::Run { line, script } = block else { continue };
            let mut viewing = solved.fork();
            for text in script.lines().filter(|text| !text.trim().is_empty()) {
                if let Err(reason) = play::type_line(&mut viewing, text) {
                    self.find(*line, format!("{text:?} cannot be run: {reason}"));
                }
                // Before the lesson is solved it may be refused.
                _ = play::type_line(&mut alone, text);
            }
            viewing.run_until(viewing.now() + RUN_TIME);
            alone.run_until(alone.now() + RUN_TIME);
            for tool in viewing.scene().clients.values().filter(|client| client.card.role == ClientRole::Tool) {
                match tool.exit_status {
                    Some(0) => {}
                    Some(status) => self.find(*line, format!("{} ends with status {status}", tool.command)),
                    None => self.find(*line, format!("{} does not end by itself", tool.command)),
                }
            }
        }
        for (goal, standing) in standings(&alone) {
            if standing == Standing::Met {
                self.find(goal, "this goal is met by what the text offers to run".to_owned());
            }
        }
    }

    fn near_miss(&mut self, start: &Viewing, title: &str, line: u32, lines: &Lines) -> Option<Refusal> {
        let viewing = self.play(start, lines)?;
        let goals = self.lesson.goals.iter().zip(standings(&viewing));
        let because = goals.into_iter().find_map(|(goal, (_, standing))| match standing {
            Standing::Met => None,
            Standing::NotYet(reason) | Standing::Lost(reason) => Some(format!("{:?} is not met: {reason}", goal.title)),
            Standing::Waiting(first) => Some(format!("{:?} waits for {}", goal.title, first.join(", "))),
        });
        if because.is_none() {
            self.find(line, format!("the near-miss {title:?} meets all goals"));
        }
        because.map(|because| Refusal { title: title.to_owned(), because })
    }
}

/// How goals stand, by their lines.
fn standings(viewing: &Viewing) -> Vec<(u32, Standing)> {
    let Some(tracker) = Tracker::of(viewing) else { return Vec::new() };
    let lines = tracker.lesson().goals.iter().map(|goal| goal.line);
    lines.zip(tracker.standings(viewing.scene()).into_iter().map(|goal| goal.standing)).collect()
}
