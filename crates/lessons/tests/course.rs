//! What an author asks before anybody else sees a lesson: of the files that it is given, or of the whole course.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it speaks on the terminal")]

use runnel_lessons::{Course, Lesson, lint};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let reports = if files.is_empty() { of_course() } else { files.iter().map(|file| of_file(file)).collect() };
    let reports = match reports {
        Ok(reports) => reports,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for report in &reports {
        println!("{report}");
        // Who writes a lesson wants to see what its near-misses fall short of.
        for refusal in report.refused.iter().filter(|_| !files.is_empty()) {
            println!("  {:?}: {}", refusal.title, refusal.because);
        }
    }
    let findings: Vec<String> = reports.iter().flat_map(|report| &report.findings).map(ToString::to_string).collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    let solved: usize = reports.iter().map(|report| report.solved.len()).sum();
    let refused: usize = reports.iter().map(|report| report.refused.len()).sum();
    let lessons = reports.len();
    println!("{lessons} lessons: {solved} solutions meet all goals, {refused} near-misses are refused");
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn of_course() -> Result<Vec<lint::Report>, String> {
    let course = Course::load().map_err(|error| error.to_string())?;
    Ok(lint::course(&course))
}

fn of_file(file: &str) -> Result<lint::Report, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let lesson = Lesson::parse(file, &text).map_err(|error| error.to_string())?;
    Ok(lint::lesson(&Arc::new(lesson)))
}
