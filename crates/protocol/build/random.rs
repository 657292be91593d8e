//! Writes constructors of random messages, in which each field that a version has may hold anything.

use super::context::{Context, condition};
use super::model::{Field, Schema, Type};
use super::structs::{default_value, ident};
use std::fmt::Write;

/// Writes `impl Arbitrary` for every struct of the file.
pub(crate) fn write(schema: &Schema, home: &str, out: &mut String) {
    for one in &schema.structs {
        let context = Context::of(schema, one);
        let mut body = String::new();
        for field in &one.fields {
            let _ = writeln!(body, "            {}: {},", ident(&field.name), value(field, &context));
        }
        let source = if body.contains("source") { "source" } else { "_source" };
        let version = if body.contains("api_version") { "api_version" } else { "_api_version" };
        let _ = writeln!(out, "impl Arbitrary for crate::{home}::{}::{} {{", schema.stem, one.name);
        let _ = writeln!(out, "    fn arbitrary({source}: &mut Source, {version}: i16) -> Self {{");
        let _ = writeln!(out, "        Self {{\n{body}        }}\n    }}\n}}\n");
    }
}

fn value(field: &Field, context: &Context) -> String {
    let default = qualified(field);
    let Some(present) = field.versions.and(context.known) else { return default };
    let random = match field.nullable.and_then(|nullable| nullable.and(present)) {
        _ if field.nullable.is_none() => plain(&field.ty),
        None => format!("Some({})", plain(&field.ty)),
        Some(nullable) => {
            let allowed = condition(nullable, present).map(|condition| format!("{condition} && ")).unwrap_or_default();
            format!("if {allowed}source.one_in(4) {{ None }} else {{ Some({}) }}", plain(&field.ty))
        }
    };
    match condition(present, context.known) {
        None => random,
        Some(condition) => format!("if {condition} {{ {random} }} else {{ {default} }}"),
    }
}

/// The default, with the names that the generated file does not import written out.
fn qualified(field: &Field) -> String {
    if matches!(field.ty, Type::Struct(_)) && field.default.is_none() {
        return "Default::default()".to_owned();
    }
    default_value(field)
        .replace("Uuid::", "uuid::Uuid::")
        .replace("ByteString::", "bytestring::ByteString::")
        .replace("Bytes::new", "bytes::Bytes::new")
        .replace("Chunks::", "crate::chunk::Chunks::")
}

fn plain(ty: &Type) -> String {
    match ty {
        Type::Bool => "source.bool()".to_owned(),
        Type::Int8 => "source.i8()".to_owned(),
        Type::Int16 => "source.i16()".to_owned(),
        Type::Uint16 => "source.u16()".to_owned(),
        Type::Int32 => "source.i32()".to_owned(),
        Type::Uint32 => "source.u32()".to_owned(),
        Type::Int64 => "source.i64()".to_owned(),
        Type::Float64 => "source.f64()".to_owned(),
        Type::Uuid => "source.uuid()".to_owned(),
        Type::String => "source.string()".to_owned(),
        Type::Bytes => "source.bytes()".to_owned(),
        Type::Records => "source.records()".to_owned(),
        Type::Struct(_) => "Arbitrary::arbitrary(source, api_version)".to_owned(),
        Type::Array(element) => format!("source.array(|source| {})", plain(element)),
    }
}
