//! Writes the message types from the schema files in `schema/`: see `build/mod.rs`.

#[path = "build/mod.rs"]
mod build;

use build::model::{Head, Schema};
use build::{notation, random, structs, table, walk};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    if let Err(error) = write_all() {
        println!("cargo::error={error}");
    }
}

fn write_all() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=schema");
    let root = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let target = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let mut schemas = read_folder(Path::new(&root), "schema")?;
    schemas.extend(read_folder(Path::new(&root), "schema/records")?);

    let mut messages = String::new();
    let mut kinds = String::new();
    let mut arbitrary = String::new();
    walk::write_rows(&schemas, &mut arbitrary);
    for schema in &schemas {
        let (home, out) = match schema.head {
            Head::Api(_) => ("messages", &mut messages),
            Head::Kind(_) => ("kinds", &mut kinds),
        };
        random::write(schema, home, &mut arbitrary);
        let _ = writeln!(out, "/// {}\npub mod {} {{\n{}", schema.doc, schema.stem, table::imports(schema));
        structs::write(schema, out);
        out.push_str("}\n\n");
    }
    table::write_enums(&schemas, &mut messages);
    table::write_kind_enums(&schemas, &mut kinds);
    let mut keys = String::new();
    table::write_keys(&schemas, &mut keys);
    let mut walked = String::new();
    walk::write(&schemas, &mut walked);
    let files = [
        ("messages.rs", messages),
        ("kinds.rs", kinds),
        ("api_key.rs", keys),
        ("schema.rs", walked),
        ("arbitrary.rs", arbitrary),
    ];
    for (name, text) in files {
        fs::write(Path::new(&target).join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// Reads the schema files of a folder, in the order of their names.
fn read_folder(root: &Path, folder: &str) -> Result<Vec<Schema>, String> {
    let read = |error: std::io::Error| format!("{folder}: {error}");
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(folder)).map_err(read)? {
        let name = entry.map_err(read)?.file_name();
        let name = name.to_str().ok_or_else(|| format!("{folder}: wanted file names in UTF-8, found {name:?}"))?;
        names.extend(name.strip_suffix(".txt").map(str::to_owned));
    }
    names.sort();
    let parse = |stem: &String| {
        let file = format!("{folder}/{stem}.txt");
        let text = fs::read_to_string(root.join(&file)).map_err(|error| format!("{file}: {error}"))?;
        notation::parse(&file, stem, &text).map_err(|error| error.to_string())
    };
    names.iter().map(parse).collect()
}
