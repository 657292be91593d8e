//! A lesson's file: front matter, prose, and fenced blocks.
//!
//! ````markdown
//! +++
//! id = "4.3"
//! title = "Idle is a spare, not a bug"
//! +++
//!
//! Prose with holes like {lag of billing}.
//!
//! ```scene
//! topic payment-done partitions=3
//! ```
//! ````
//!
//! | Fence | What stands in it |
//! | --- | --- |
//! | `scene` | the script that sets the stage; once |
//! | `run` | lines that a press runs in the terminal; they must meet no goal by themselves |
//! | `predict` | the question, then `- wrong` and `+ right` answers |
//! | `goal NAME "TITLE"` | what has to be reached, in the language of [`crate::clause`] |
//! | `check` | what the text states of the run: `[at GOAL:] CONDITION`, a line each |
//! | `hints` | `- ` a line each, in their order |
//! | `solution HAND` | lines as they are typed; `HAND` is `mouse` or `terminal` |
//! | `near-miss "TITLE"` | likewise; must not reach the goals |
//! | `debrief` | Markdown for the end; once |
//! | `js`, `ts`, `sh`, `text` | code that is read and not run |
//!
//! ## Front matter
//!
//! `id`, `title`; `tutorial` (a chapter), `undoes` (numbers of misconceptions), `after` (lessons), `words` (of the glossary).

mod blocks;
mod front;
#[cfg(test)]
mod tests;

use crate::clause::{Condition, Goal, Scope, Token, condition, tokens};
use crate::error::Mistake;
use crate::lesson::{Block, Check, Lesson, Lines};
use crate::shell;
use crate::text::Text;
use blocks::{Fence, Part, parts};
use runnel_sandbox::script::{Known, Script};

/// Most bytes of a lesson.
const SIZE_MAX: usize = 256 * 1024;
/// Most goals of a lesson.
const GOALS_MAX: usize = 20;

/// Reads a lesson.
pub(crate) fn lesson(file: &str, text: &str) -> Result<Lesson, Mistake> {
    if text.len() > SIZE_MAX {
        return Err(Mistake::found(
            1,
            format!("a lesson of at most {SIZE_MAX} bytes"),
            &format!("{} bytes", text.len()),
        ));
    }
    let text = text.replace("\r\n", "\n");
    let lines: Vec<(u32, &str)> = (1..).zip(text.lines()).collect();
    let (front, body) = front::read(&lines)?;
    let mut reading = Reading {
        lesson: Lesson {
            file: file.to_owned(),
            id: front.id,
            title: front.title,
            tutorial: front.tutorial,
            undoes: front.undoes,
            after: front.after,
            words: front.words,
            blocks: Vec::new(),
            scene: String::new(),
            goals: Vec::new(),
            hints: Vec::new(),
            solutions: Vec::new(),
            near_misses: Vec::new(),
            debrief: Text::default(),
            checks: Vec::new(),
        },
        has_scene: false,
        has_debrief: false,
        raw_checks: Vec::new(),
    };
    for part in parts(&body)? {
        match part {
            Part::Prose { line, text } => reading.lesson.blocks.push(Block::Prose(Text::raw(line, &text))),
            Part::Fence(fence) => reading.fence(&fence)?,
        }
    }
    let end = lines.last().map_or(1, |(line, _)| *line);
    reading.finish(end)
}

struct Reading {
    lesson: Lesson,
    has_scene: bool,
    has_debrief: bool,
    /// Their holes and goals are known at the end.
    raw_checks: Vec<(u32, Vec<Token>)>,
}

impl Reading {
    fn fence(&mut self, fence: &Fence<'_>) -> Result<(), Mistake> {
        const WANTED: &str = "a block: scene, run, predict, goal NAME \"TITLE\", check, hints, solution mouse or terminal, \
                              near-miss \"TITLE\", debrief, js, ts, sh or text";
        let line = fence.line;
        let info = tokens(line, fence.info)?;
        let words: Vec<&Token> = info.iter().collect();
        match words[..] {
            [Token::Word(word)] => match word.as_str() {
                "scene" => self.scene(fence),
                "run" => {
                    for (number, text) in fence.body.iter().filter(|(_, text)| !text.trim().is_empty()) {
                        typed(text, *number)?;
                    }
                    let script = fence.text();
                    self.lesson.blocks.push(Block::Run { line, script });
                    Ok(())
                }
                "predict" => {
                    self.lesson.blocks.push(Block::Predict(blocks::prediction(fence)?));
                    Ok(())
                }
                "check" => {
                    for (number, text) in fence.body.iter().filter(|(_, text)| !text.trim().is_empty()) {
                        self.raw_checks.push((*number, tokens(*number, text)?));
                    }
                    Ok(())
                }
                "hints" => {
                    self.lesson.hints.extend(blocks::hints(fence)?);
                    Ok(())
                }
                "debrief" if self.has_debrief => Err(Mistake::found(line, "one debrief", "another one")),
                "debrief" => {
                    self.has_debrief = true;
                    self.lesson.debrief = Text::raw(line + 1, &fence.text());
                    Ok(())
                }
                "js" | "ts" | "sh" | "text" => {
                    self.lesson.blocks.push(Block::Code { language: word.clone(), text: fence.text() });
                    Ok(())
                }
                _other => Err(Mistake::found(line, WANTED, fence.info)),
            },
            [Token::Word(word), Token::Word(name), Token::Text(title)] if word == "goal" => {
                self.goal(fence, name, title)
            }
            [Token::Word(word), Token::Word(hand)] if word == "solution" => {
                if !matches!(hand.as_str(), "mouse" | "terminal") {
                    return Err(Mistake::found(line, "solution mouse or solution terminal", hand));
                }
                if self.lesson.solutions.iter().any(|other| other.hand == *hand) {
                    return Err(Mistake::found(line, "one solution by each hand", hand));
                }
                let lines = blocks::lines(fence)?;
                self.lesson.solutions.push(crate::lesson::Solution { hand: hand.clone(), line, lines });
                Ok(())
            }
            [Token::Word(word), Token::Text(title)] if word == "near-miss" => {
                let lines = blocks::lines(fence)?;
                self.lesson.near_misses.push(crate::lesson::NearMiss { title: title.clone(), line, lines });
                Ok(())
            }
            [..] => Err(Mistake::found(line, WANTED, fence.info)),
        }
    }

    fn scene(&mut self, fence: &Fence<'_>) -> Result<(), Mistake> {
        if self.has_scene {
            return Err(Mistake::found(fence.line, "one scene", "another one"));
        }
        self.has_scene = true;
        self.lesson.scene = fence.text();
        checked(&self.lesson.scene, fence.line)
    }

    fn goal(&mut self, fence: &Fence<'_>, name: &str, title: &str) -> Result<(), Mistake> {
        let line = fence.line;
        let is_plain =
            name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        if !is_plain {
            return Err(Mistake::found(line, "a goal's name in small letters, digits and dashes", name));
        }
        if self.lesson.goals.iter().any(|goal| goal.name == name) {
            return Err(Mistake::found(line, "a name that no goal has yet", name));
        }
        if self.lesson.goals.len() == GOALS_MAX {
            return Err(Mistake::found(line, format!("at most {GOALS_MAX} goals"), name));
        }
        let goal = crate::clause::goal(name, title, line, &fence.body, &self.lesson.goals)?;
        self.lesson.blocks.push(Block::Goal(self.lesson.goals.len()));
        self.lesson.goals.push(goal);
        Ok(())
    }

    /// What can be read only once everything is known.
    fn finish(mut self, end: u32) -> Result<Lesson, Mistake> {
        let lesson = &mut self.lesson;
        let missing = [
            (!self.has_scene, "a scene block"),
            (lesson.goals.is_empty(), "a goal block"),
            (lesson.solutions.is_empty(), "a solution block"),
            (lesson.near_misses.is_empty(), "a near-miss block"),
            (!self.has_debrief, "a debrief block"),
        ];
        if let Some((_, wanted)) = missing.iter().find(|(is_missing, _)| *is_missing) {
            return Err(Mistake::end(end, *wanted));
        }
        for goal in &lesson.goals {
            let unknown = goal.before.iter().find(|other| lesson.goals.iter().all(|known| known.name != **other));
            if let Some(other) = unknown {
                return Err(Mistake::found(goal.line, "the name of a goal behind before", other));
            }
        }
        let goals = lesson.goals.clone();
        for goal in &mut lesson.goals {
            for reason in &mut goal.reasons {
                // A goal that is not met knows the variables of those before it.
                reason.text.read(&goals)?;
            }
        }
        for block in &mut lesson.blocks {
            match block {
                Block::Prose(text) => text.read(&goals)?,
                Block::Code { .. } | Block::Run { .. } | Block::Predict(_) | Block::Goal(_) => {}
            }
        }
        lesson.hints.iter_mut().try_for_each(|text| text.read(&goals))?;
        lesson.debrief.read(&goals)?;
        let solutions = lesson.solutions.iter_mut().map(|solution| &mut solution.lines);
        let near_misses = lesson.near_misses.iter_mut().map(|near_miss| &mut near_miss.lines);
        for lines in solutions.chain(near_misses) {
            read_lines(lines, &goals)?;
        }
        for (line, tokens) in self.raw_checks {
            lesson.checks.push(check(line, &tokens, &goals)?);
        }
        Ok(self.lesson)
    }
}

/// Whether a script can be read, and its names fit.
fn checked(script: &str, line: u32) -> Result<(), Mistake> {
    let read = Script::parse(script).and_then(|read| read.check(Known::default()));
    read.map_err(|error| Mistake::of_script(line, error))
}

/// Checks a line that is to be typed, as far as that can be done without a world.
fn typed(text: &str, line: u32) -> Result<(), Mistake> {
    let read = shell::commands(text, &|_| false);
    read.map(|_| ()).map_err(|error| Mistake { line, wanted: error.wanted, found: error.found })
}

/// Reads the holes of typed lines, and the lines themselves where they have none.
fn read_lines(lines: &mut Lines, goals: &[Goal]) -> Result<(), Mistake> {
    for text in &mut lines.0 {
        text.read(goals)?;
        if text.holes().next().is_none() {
            typed(&text.words(), text.line)?;
        }
    }
    Ok(())
}

/// `[at GOAL:] CONDITION`
fn check(line: u32, tokens: &[Token], goals: &[Goal]) -> Result<Check, Mistake> {
    let mut scope = Scope::default();
    for goal in goals {
        let of_goal = goal.variables.iter();
        scope.variables.extend(of_goal.map(|(variable, kind)| (format!("{}.{variable}", goal.name), *kind)));
    }
    let (at, tokens) = match tokens {
        [word, Token::Word(name), Token::Colon, rest @ ..] if word.is_word("at") => {
            if goals.iter().all(|goal| goal.name != *name) {
                return Err(Mistake::found(line, "the name of a goal", name));
            }
            (Some(name.clone()), rest)
        }
        rest => (None, rest),
    };
    let condition: Condition = condition(line, tokens, &mut scope)?;
    if condition.happens() {
        return Err(Mistake::found(line, "something that holds, not something that happens", &condition.to_string()));
    }
    Ok(Check { line, at, condition })
}
