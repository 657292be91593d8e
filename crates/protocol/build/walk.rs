//! Writes the schemas as data, for `describe` to walk and for people to read.

use super::context::{smallest_element, wanted, wanted_versions};
use super::model::{Field, Head, Schema, Type, Versions};
use std::fmt::Write;

/// The name of a struct's static: `FetchTopic` becomes `FETCH_TOPIC`.
fn static_name(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

fn range(versions: Versions) -> String {
    format!("Versions {{ first: {}, last: {} }}", versions.first, versions.last)
}

fn optional(versions: Option<Versions>) -> String {
    versions.map_or("None".to_owned(), |versions| format!("Some({})", range(versions)))
}

/// Writes one module of statics for each file, and the functions that find a message by its API.
pub(crate) fn write(schemas: &[Schema], out: &mut String) {
    let (apis, kinds): (Vec<&Schema>, Vec<&Schema>) =
        schemas.iter().partition(|schema| matches!(schema.head, Head::Api(_)));
    for schema in apis {
        write_module(schema, out);
    }
    out.push_str("/// Kinds of records.\npub mod kinds {\n");
    for schema in kinds {
        write_module(schema, out);
    }
    out.push_str("}\n\n");
    write_functions(schemas, out);
}

fn write_module(schema: &Schema, out: &mut String) {
    let _ = writeln!(out, "/// {}\npub mod {} {{", schema.doc, schema.stem);
    let has_fields = schema.structs.iter().any(|one| !one.fields.is_empty());
    let imports = if has_fields { "{Field, Message, Struct, Type, Versions}" } else { "{Message, Struct, Versions}" };
    let _ = writeln!(out, "use crate::schema::{imports};\n");
    for message in schema.messages() {
        let name = static_name(&message.name);
        let _ = writeln!(out, "/// {} as a whole.\npub static {name}_MESSAGE: Message = Message {{", message.name);
        let flexible = message.flexible.map_or("None".to_owned(), |flexible| format!("Some({})", flexible.first));
        let accepted = range(message.accepted);
        let wanted = wanted_versions(&message.name, message.accepted);
        let _ = writeln!(
            out,
            "    root: &{name},\n    accepted: {accepted},\n    flexible_from: {flexible},\n    wanted_versions: {wanted:?},\n}};\n"
        );
    }
    for one in &schema.structs {
        let _ = writeln!(out, "/// `{}`.\npub static {}: Struct = Struct {{", one.name, static_name(&one.name));
        let _ = writeln!(out, "    name: {:?},\n    fields: &[", one.name);
        for field in &one.fields {
            write_field(schema, &one.name, field, out);
        }
        out.push_str("    ],\n};\n\n");
    }
    out.push_str("}\n\n");
}

fn write_functions(schemas: &[Schema], out: &mut String) {
    for (function, message, doc) in [
        ("request", "Request", "The schema of an API's requests."),
        ("response", "Response", "The schema of an API's responses."),
    ] {
        let _ = writeln!(out, "/// {doc}\npub fn {function}(key: ApiKey) -> &'static Message {{\n    match key {{");
        for schema in schemas {
            if let Head::Api(api) = &schema.head {
                let name = static_name(&format!("{}{message}", api.name));
                let _ = writeln!(out, "        ApiKey::{} => &{}::{name}_MESSAGE,", api.name, schema.stem);
            }
        }
        out.push_str("    }\n}\n\n");
    }
}

fn write_field(schema: &Schema, holder: &str, field: &Field, out: &mut String) {
    let tag = match field.tag {
        Some((tag, versions)) => format!("Some(({tag}, {}))", range(versions)),
        None => "None".to_owned(),
    };
    let smallest = match &field.ty {
        Type::Array(element) => smallest_element(schema, holder, field, element),
        Type::Bool
        | Type::Int8
        | Type::Int16
        | Type::Uint16
        | Type::Int32
        | Type::Uint32
        | Type::Int64
        | Type::Float64
        | Type::Uuid
        | Type::String
        | Type::Bytes
        | Type::Records
        | Type::Struct(_) => 0,
    };
    let _ = writeln!(
        out,
        "        Field {{ name: {:?}, ty: {}, type_name: {:?}, versions: {}, nullable: {}, tag: {tag}, \
         default: {:?}, ignorable: {}, map_key: {}, smallest: {smallest}, wanted: {} }},",
        field.name,
        type_of(&field.ty),
        field.ty.to_string(),
        range(field.versions),
        optional(field.nullable),
        field.default,
        field.ignorable,
        field.map_key,
        wanted(holder, field),
    );
}

fn type_of(ty: &Type) -> String {
    match ty {
        Type::Bool => "Type::Bool".to_owned(),
        Type::Int8 => "Type::Int8".to_owned(),
        Type::Int16 => "Type::Int16".to_owned(),
        Type::Uint16 => "Type::Uint16".to_owned(),
        Type::Int32 => "Type::Int32".to_owned(),
        Type::Uint32 => "Type::Uint32".to_owned(),
        Type::Int64 => "Type::Int64".to_owned(),
        Type::Float64 => "Type::Float64".to_owned(),
        Type::Uuid => "Type::Uuid".to_owned(),
        Type::String => "Type::String".to_owned(),
        Type::Bytes => "Type::Bytes".to_owned(),
        Type::Records => "Type::Records".to_owned(),
        Type::Struct(name) => format!("Type::Struct(&{})", static_name(name)),
        Type::Array(element) => format!("Type::Array(&{})", type_of(element)),
    }
}

/// Writes, for every message of every file, a row that makes random ones: see `arbitrary`.
pub(crate) fn write_rows(schemas: &[Schema], out: &mut String) {
    out.push_str("/// Every message of every API and every kind of record.\npub const MESSAGES: &[Row] = &[\n");
    for schema in schemas {
        let (home, tables) = match schema.head {
            Head::Api(_) => ("messages", ""),
            Head::Kind(_) => ("kinds", "kinds::"),
        };
        for message in schema.messages() {
            let _ = writeln!(
                out,
                "    Row::of::<crate::{home}::{stem}::{name}>({name:?}, &crate::schema::{tables}{stem}::{table}_MESSAGE),",
                stem = schema.stem,
                name = message.name,
                table = static_name(&message.name),
            );
        }
    }
    out.push_str("];\n");
}
