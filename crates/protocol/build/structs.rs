//! Writes the types of one schema file.

use super::context::{Context, versions_in_words};
use super::model::{Field, Schema, Struct, Type, Versions};
use super::{decode, encode};
use std::fmt::Write;

/// Writes every struct of the file.
pub(crate) fn write(schema: &Schema, out: &mut String) {
    let messages = schema.messages();
    for one in &schema.structs {
        let context = Context::of(schema, one);
        let message = messages.iter().find(|message| message.name == one.name);
        write_type(schema, one, message.is_some(), out);
        let _ = writeln!(out, "impl Message for {} {{", one.name);
        decode::write_decode(schema, one, &context, message.map(|message| message.accepted), out);
        encode::write_encode(one, &context, message.map(|message| message.accepted), out);
        out.push_str("}\n\n");
    }
}

fn write_type(schema: &Schema, one: &Struct, is_message: bool, out: &mut String) {
    if is_message {
        let _ = writeln!(out, "/// {}", schema.doc);
    } else {
        let holders = schema.structs.iter().flat_map(|holder| {
            holder.fields.iter().filter(|field| field.ty.struct_name() == Some(&one.name)).map(|field| {
                let is = if matches!(field.ty, Type::Array(_)) { "Element of" } else { "Type of" };
                format!("{is} [`{}::{}`]", holder.name, ident(&field.name))
            })
        });
        let _ = writeln!(out, "/// {}.", holders.collect::<Vec<_>>().join("; "));
    }
    let derived = one.fields.iter().all(has_plain_default);
    let _ = writeln!(out, "#[derive(Clone, PartialEq, Debug{})]", if derived { ", Default" } else { "" });
    let _ = writeln!(out, "pub struct {} {{", one.name);
    for field in &one.fields {
        let _ = write!(out, "    /// `{}`", field.ty);
        if let Some(nullable) = field.nullable {
            let everywhere = nullable.first <= field.versions.first && nullable.last >= field.versions.last;
            out.push_str(" or null");
            if !everywhere {
                let _ = write!(out, " ({})", versions_in_words(nullable));
            }
        }
        let _ = write!(out, ", {}", versions_in_words(field.versions));
        if let Some((tag, versions)) = field.tag {
            let _ = write!(out, "; tag {tag}");
            if versions.first > field.versions.first {
                let _ = write!(out, " ({})", versions_in_words(versions));
            }
        }
        if let Some(default) = &field.default {
            let _ = write!(out, "; {default} if not said");
        }
        if field.map_key {
            out.push_str("; a key of its array");
        }
        let _ = writeln!(out, ".\n    pub {}: {},", ident(&field.name), rust_type(field));
    }
    out.push_str("}\n\n");
    if !derived {
        let _ = writeln!(out, "impl Default for {} {{\n    fn default() -> Self {{\n        Self {{", one.name);
        for field in &one.fields {
            let _ = writeln!(out, "            {}: {},", ident(&field.name), default_value(field));
        }
        out.push_str("        }\n    }\n}\n\n");
    }
}

/// Rust's name for a field.
pub(crate) fn ident(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "move" | "use" | "fn" | "in" | "where" | "loop" | "mod" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// Rust's type for a field.
fn rust_type(field: &Field) -> String {
    let plain = element_type(&field.ty);
    if field.nullable.is_some() { format!("Option<{plain}>") } else { plain }
}

fn element_type(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int8 => "i8".to_owned(),
        Type::Int16 => "i16".to_owned(),
        Type::Uint16 => "u16".to_owned(),
        Type::Int32 => "i32".to_owned(),
        Type::Uint32 => "u32".to_owned(),
        Type::Int64 => "i64".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Uuid => "Uuid".to_owned(),
        Type::String => "ByteString".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Records => "Chunks".to_owned(),
        Type::Struct(name) => name.clone(),
        Type::Array(element) => format!("Vec<{}>", element_type(element)),
    }
}

/// The value that a field has where nothing is said, as Rust.
pub(crate) fn default_value(field: &Field) -> String {
    let Some(default) = field.default.as_deref() else {
        // Kafka's records are null where nothing is said; all else is empty or zero.
        let plain = match &field.ty {
            Type::Records if field.nullable.is_some() => return "None".to_owned(),
            Type::Bool => "false".to_owned(),
            Type::Float64 => "0.0".to_owned(),
            Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Uint32 | Type::Int64 => "0".to_owned(),
            Type::Uuid => "Uuid::nil()".to_owned(),
            Type::String => "ByteString::new()".to_owned(),
            Type::Bytes => "Bytes::new()".to_owned(),
            Type::Records => "Chunks::default()".to_owned(),
            Type::Struct(name) => format!("{name}::default()"),
            Type::Array(_) => "Vec::new()".to_owned(),
        };
        return if field.nullable.is_some() { format!("Some({plain})") } else { plain };
    };
    if default == "null" {
        return "None".to_owned();
    }
    let plain =
        if field.ty == Type::String { format!("ByteString::from_static({default:?})") } else { default.to_owned() };
    if field.nullable.is_some() { format!("Some({plain})") } else { plain }
}

/// Whether the default is that of Rust's type, so that `Default` can be derived.
fn has_plain_default(field: &Field) -> bool {
    match field.default.as_deref() {
        None => field.nullable.is_none() || field.ty == Type::Records,
        Some("null") => true,
        Some(_) => false,
    }
}

/// An expression that is true when `self`'s field is not its default.
pub(crate) fn differs(field: &Field) -> String {
    let name = ident(&field.name);
    let default = field.default.as_deref();
    if default == Some("null") || (field.ty == Type::Records && field.nullable.is_some()) {
        return format!("self.{name}.is_some()");
    }
    let nullable = field.nullable.is_some();
    let is_long = matches!(field.ty, Type::String | Type::Bytes | Type::Array(_));
    match (&field.ty, default) {
        (_, None) if is_long && nullable => format!("self.{name}.as_ref().is_none_or(|value| !value.is_empty())"),
        (_, None) if is_long => format!("!self.{name}.is_empty()"),
        (Type::Records, None) => format!("self.{name}.size() != 0"),
        (Type::Bool, Some("true")) => format!("!self.{name}"),
        (Type::Bool, _) => format!("self.{name}"),
        (Type::Uuid, _) => format!("!self.{name}.is_nil()"),
        (Type::String, Some(value)) if nullable => format!("self.{name}.as_deref() != Some({value:?})"),
        (Type::String, Some(value)) => format!("self.{name} != {value:?}"),
        (_, _) => format!("self.{name} != {}", default_value(field)),
    }
}

pub(crate) fn write_version_check(accepted: Versions, error: &str, out: &mut String) {
    let Versions { first, last } = accepted;
    let _ = writeln!(out, "        if !({first}..={last}).contains(&api_version) {{");
    let _ = writeln!(out, "            return Err({error});\n        }}");
}

/// A parameter's name, after an underscore if the body does not use it.
pub(crate) fn parameter(name: &str, body: &str) -> String {
    if body.contains(name) { name.to_owned() } else { format!("_{name}") }
}
