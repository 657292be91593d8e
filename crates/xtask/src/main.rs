//! The project's own commands: `cargo xtask up`, `build`, `test`, `setup`, `capture`, `lessons check`, `bench`.
//!
//! They do all set-up that they can do themselves on a fresh machine, and name what they cannot. This crate depends on
//! nothing but the standard library, so that the first command runs within a second or two.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the commands speak on the terminal")]

mod bench;
mod browser;
mod build;
mod page;
mod setup;
mod shell;
mod suites;
mod up;
mod wasm;

use shell::Failure;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  up [ARGUMENT...]     build the server and start it; arguments go to `runnel serve`
  page [--quick]       make the page as static files in target/site; quickly, for who works on it, in target/site-quick
  page --learn         find out in a browser what the page does not call while it begins: web/build/rest.txt
  build                make target/release/runnel
  test                 run everything that must hold before a change lands
  setup                fetch what the tests with real clients need
  capture [NAME...]    ask a real Apache Kafka what the scenarios print, and keep it in tests/clients/expected
  bench broker [--quick]
                       compare with Apache Kafka on this machine and print a table of ratios
  bench world          what a simulated world costs: frames a second, watched and not, scrubbing, memory, WebAssembly
  lessons check [FILE...]
                       whether the lessons of the course, or of these files, keep their word
  bench page [--quick] what the page costs in a browser: first load, time to use, pictures, scrubbing, memory
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["up", ref rest @ ..] => up::up(rest),
        ["page"] => page::build(page::Care::Shipped).map(|folder| println!("{}", folder.display())),
        ["page", "--quick"] => page::build(page::Care::Quick).map(|folder| println!("{}", folder.display())),
        ["page", "--learn"] => page::learn(),
        ["build"] => build::release().map(|binary| println!("{}", binary.display())),
        ["test"] => suites::test(),
        ["setup"] => setup::clients().map(|missing| missing.iter().for_each(|line| println!("{line}"))),
        ["capture", ref names @ ..] => suites::capture(names),
        ["bench", "broker", ref rest @ ..] => bench::broker(rest),
        ["lessons", "check", ref files @ ..] => suites::lessons(files),
        ["bench", "world"] => bench::world(),
        ["bench", "page", ref rest @ ..] => bench::page(rest),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => Err(Failure(format!("unknown command {:?}\n\n{USAGE}", arguments.join(" ")))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(reason)) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
