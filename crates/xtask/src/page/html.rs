//! From `index.html` with its links for trunk to the page as it is shipped.

use super::failed;
use crate::shell::Failure;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// What the page may load: its own files, and nothing from anywhere else. Data and blobs are files that the visitor
/// saves, and styles that the page sets on its own elements.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// Puts the page together: the HTML, one style, the program, and the licences of what is in it.
pub(super) fn assemble(root: &Path, work: &Path, parts: &[String], licences: &str, out: &Path) -> Result<(), Failure> {
    let html = read(&root.join("index.html"))?;
    let mut kept = Vec::new();
    let mut style = String::new();
    let mut icon = String::new();
    for line in html.lines() {
        let Some(link) = line.trim().strip_prefix("<link data-trunk ") else {
            kept.push(line.to_owned());
            continue;
        };
        let href = attribute(link, "href")
            .ok_or_else(|| Failure(format!("index.html: wanted a link with an href, found {:?}", line.trim())))?;
        match attribute(link, "rel") {
            Some("css") => style.push_str(&read(&root.join(href))?),
            Some("icon") => icon = href.to_owned(),
            Some("rust") => {}
            other => {
                return Err(Failure(format!(
                    "index.html: wanted a link of the kinds css, icon or rust, found {other:?}"
                )));
            }
        }
    }
    let style = put(out, "runnel", "css", style.as_bytes())?;
    let icon = put(out, "icon", "svg", &bytes(&root.join(icon))?)?;
    let licences = put(out, "licences", "txt", licences.as_bytes())?;
    let mut wasm = String::new();
    let mut loader = read(&work.join("split.js"))? + &read(&root.join("web/build/rest.js"))?;
    for part in parts {
        let content = bytes(&work.join(part))?;
        if part == super::BEGINNING {
            wasm = put(out, "runnel", "wasm", &content)?;
        } else {
            let name = put(out, part.trim_end_matches(".wasm"), "wasm", &content)?;
            loader = loader.replace(&format!("\"./{part}\""), &format!("\"./{name}\""));
        }
    }
    // Each of the two scripts names the other one, so they have one hash.
    let script = read(&work.join("runnel.js"))?;
    let hash = hash(&[script.as_bytes(), loader.as_bytes(), wasm.as_bytes()]);
    let (script_name, loader_name) = (format!("runnel-{hash}.js"), format!("later-{hash}.js"));
    // Where they are imported: the program itself calls what it imports by the old names.
    let named = |text: &str| {
        [("runnel.js", &script_name), ("split.js", &loader_name)].into_iter().fold(
            text.to_owned(),
            |text, (old, new)| {
                text.replace(&format!("from \"./{old}\""), &format!("from \"./{new}\""))
                    .replace(&format!("from './{old}'"), &format!("from \"./{new}\""))
            },
        )
    };
    write(out, &loader_name, named(&loader).as_bytes())?;
    write(out, &script_name, named(&script).as_bytes())?;
    let start = named(&read(&root.join("web/build/start.js"))?).replace(super::BEGINNING, &wasm);
    let start = put(out, "start", "js", start.as_bytes())?;
    let head = format!(
        "    <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\" />\n    \
         <link rel=\"icon\" href=\"./{icon}\" />\n    \
         <link rel=\"license\" type=\"text/plain\" href=\"./{licences}\" />\n    \
         <link rel=\"stylesheet\" href=\"./{style}\" />\n    \
         <link rel=\"modulepreload\" href=\"./{script_name}\" />\n    \
         <link rel=\"modulepreload\" href=\"./{loader_name}\" />\n    \
         <link rel=\"preload\" href=\"./{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin />\n    \
         <script type=\"module\" src=\"./{start}\"></script>\n  </head>"
    );
    let html = format!("{}\n", kept.join("\n")).replace("  </head>", &head);
    write(out, "index.html", html.as_bytes())
}

/// Writes a file under a name that changes with what is in it.
fn put(out: &Path, name: &str, ending: &str, content: &[u8]) -> Result<String, Failure> {
    let name = format!("{name}-{}.{ending}", hash(&[content]));
    write(out, &name, content)?;
    Ok(name)
}

fn hash(contents: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn write(out: &Path, name: &str, content: &[u8]) -> Result<(), Failure> {
    fs::write(out.join(name), content).map_err(|error| failed("write", &out.join(name), &error))
}

/// The value of an attribute of a link.
fn attribute<'a>(link: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = link.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| failed("read", path, &error))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| failed("read", path, &error))
}
