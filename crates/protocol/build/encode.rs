//! Writes how a struct is written.

use super::context::{Context, condition, mandatory_versions, negated, nullable_in, tagged_versions};
use super::model::{Field, Struct, Type, Versions};
use super::structs::{differs, ident, parameter, write_version_check};
use std::fmt::Write;

pub(crate) fn write_encode(one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    let mut body = String::new();
    write_encode_body(one, context, accepted, &mut body);
    let (writer, version) = (parameter("writer", &body), parameter("api_version", &body));
    let _ = writeln!(
        out,
        "    fn encode(&self, {writer}: &mut Writer, {version}: i16) -> Result<(), EncodeError> {{\n{body}    }}"
    );
}

fn write_encode_body(one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    let flexible = context.flexible_expression();
    if let Some(accepted) = accepted {
        let error = format!("EncodeError::Version {{ message: {:?}, version: api_version }}", one.name);
        write_version_check(accepted, &error, out);
    }
    for field in &one.fields {
        write_field(one, field, context, out);
    }
    if flexible != "false" {
        let indent = if flexible == "true" { "        " } else { "            " };
        if flexible != "true" {
            let _ = writeln!(out, "        if {flexible} {{");
        }
        write_tagged_section(one, context, indent, out);
        if flexible != "true" {
            out.push_str("        }\n");
        }
    }
    out.push_str("        Ok(())\n");
}

fn path(one: &Struct, field: &Field) -> String {
    format!("{:?}", format!("{}.{}", one.name, field.name))
}

fn write_field(one: &Struct, field: &Field, context: &Context, out: &mut String) {
    let present = field.versions.and(context.known);
    if let Some(versions) = present.and_then(|present| mandatory_versions(field, present)) {
        let inside = Context { known: versions, flexible: context.flexible };
        let write = write_statement(one, field, &inside, &inside.flexible_expression());
        let _ = match condition(versions, context.known) {
            None => writeln!(out, "        {write}"),
            Some(condition) => writeln!(out, "        if {condition} {{ {write} }}"),
        };
    }
    if !field.ignorable && present != Some(context.known) {
        let error = format!("EncodeError::NotInVersion {{ field: {}, version: api_version }}", path(one, field));
        let lacking =
            present.and_then(|present| condition(present, context.known)).map(|condition| negated(&condition));
        let lacking = lacking.map(|condition| format!("{condition} && ")).unwrap_or_default();
        let _ =
            writeln!(out, "        if {lacking}{} {{ std::hint::cold_path(); return Err({error}); }}", differs(field));
    }
}

/// Writes a value in its place, null included.
fn write_statement(one: &Struct, field: &Field, context: &Context, flexible: &str) -> String {
    let name = ident(&field.name);
    let path = path(one, field);
    let Some(nullable) = field.nullable else {
        let value = if is_copied(&field.ty) { format!("self.{name}") } else { format!("&self.{name}") };
        return write_value(&field.ty, &value, flexible, &path);
    };
    let null = match field.ty {
        Type::Struct(_) => "writer.i8(-1);".to_owned(),
        Type::Array(_) => format!("writer.null_array({flexible});"),
        Type::String => format!("writer.null_string({flexible});"),
        Type::Bool
        | Type::Int8
        | Type::Int16
        | Type::Uint16
        | Type::Int32
        | Type::Uint32
        | Type::Int64
        | Type::Float64
        | Type::Uuid
        | Type::Bytes
        | Type::Records => format!("writer.null_bytes({flexible});"),
    };
    let error = format!("return Err(EncodeError::Null {{ field: {path}, version: api_version }})");
    let write = write_value(&field.ty, "value", flexible, &path);
    let (mark, null) = match nullable.and(context.known) {
        None => (String::new(), error),
        Some(nullable) => {
            let condition = condition(nullable, context.known);
            let mark = match (&field.ty, &condition) {
                (Type::Struct(_), None) => "writer.i8(1); ".to_owned(),
                (Type::Struct(_), Some(condition)) => format!("if {condition} {{ writer.i8(1); }} "),
                (_, _) => String::new(),
            };
            match condition {
                None => (mark, format!("{{ {null} }}")),
                Some(condition) => (mark, format!("if {condition} {{ {null} }} else {{ {error}; }}")),
            }
        }
    };
    format!("match &self.{name} {{ Some(value) => {{ {mark}{write} }} None => {null}, }}")
}

fn is_copied(ty: &Type) -> bool {
    !matches!(ty, Type::String | Type::Bytes | Type::Records | Type::Struct(_) | Type::Array(_))
}

/// Writes `value`, which is not null.
fn write_value(ty: &Type, value: &str, flexible: &str, path: &str) -> String {
    match ty {
        Type::Bool => format!("writer.bool({value});"),
        Type::Int8 => format!("writer.i8({value});"),
        Type::Int16 => format!("writer.i16({value});"),
        Type::Uint16 => format!("writer.u16({value});"),
        Type::Int32 => format!("writer.i32({value});"),
        Type::Uint32 => format!("writer.u32({value});"),
        Type::Int64 => format!("writer.i64({value});"),
        Type::Float64 => format!("writer.f64({value});"),
        Type::Uuid => format!("writer.uuid({value});"),
        Type::String => format!("writer.string({value}, {flexible}, {path})?;"),
        Type::Bytes => format!("writer.bytes({value}, {flexible}, {path})?;"),
        Type::Records => format!("writer.records({value}, {flexible}, {path})?;"),
        Type::Struct(_) => format!("{}.encode(writer, api_version)?;", value.trim_start_matches('&')),
        Type::Array(element) => {
            let one = if is_copied(element) { "*element" } else { "element" };
            let write = write_value(element, one, flexible, path);
            let list = value.trim_start_matches('&');
            let iterated = if list == value { value.to_owned() } else { format!("&{list}") };
            format!("writer.array_length({list}.len(), {flexible}, {path})?; for element in {iterated} {{ {write} }}")
        }
    }
}

fn write_tagged_section(one: &Struct, context: &Context, indent: &str, out: &mut String) {
    let mut tagged: Vec<(u32, Versions, &Field)> = one
        .fields
        .iter()
        .filter_map(|field| tagged_versions(field, context).map(|(tag, versions)| (tag, versions, field)))
        .collect();
    tagged.sort_by_key(|(tag, _, _)| *tag);
    if tagged.is_empty() {
        let _ = writeln!(out, "{indent}writer.unsigned_varint(0);");
        return;
    }
    let flexible = context.flexible.and_then(|flexible| flexible.and(context.known)).unwrap_or(context.known);
    for (tag, versions, field) in &tagged {
        let guard = condition(*versions, flexible).map(|condition| format!("{condition} && ")).unwrap_or_default();
        let _ = writeln!(out, "{indent}let has_tag_{tag} = {guard}{};", differs(field));
    }
    let counts: Vec<String> = tagged.iter().map(|(tag, _, _)| format!("u32::from(has_tag_{tag})")).collect();
    let _ = writeln!(out, "{indent}writer.unsigned_varint({});", counts.join(" + "));
    for (tag, versions, field) in &tagged {
        let inside = Context { known: *versions, flexible: context.flexible };
        let write = write_tagged_value(one, field, &inside);
        let _ = writeln!(out, "{indent}if has_tag_{tag} {{");
        let _ = writeln!(out, "{indent}    writer.tagged_field({tag}, |writer| {{ {write} Ok(()) }})?;");
        let _ = writeln!(out, "{indent}}}");
    }
}

fn write_tagged_value(one: &Struct, field: &Field, context: &Context) -> String {
    if matches!(field.ty, Type::Struct(_)) && nullable_in(field, context.known) {
        // In a tagged field the mark before a struct that may be null is a varint: 1, or 0 for null.
        let name = ident(&field.name);
        let write = write_value(&field.ty, "value", "true", &path(one, field));
        return format!(
            "match &self.{name} {{ Some(value) => {{ writer.unsigned_varint(1); {write} }} \
             None => writer.unsigned_varint(0), }}"
        );
    }
    write_statement(one, field, context, "true")
}
