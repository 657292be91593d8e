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

/// Puts the page together: the HTML, one style, the program.
pub(super) fn assemble(root: &Path, work: &Path, out: &Path) -> Result<(), Failure> {
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
    let wasm = put(out, "runnel", "wasm", &bytes(&work.join("runnel_bg.wasm"))?)?;
    let script = read(&work.join("runnel.js"))?;
    let script = put(out, "runnel", "js", script.as_bytes())?;
    let start = format!(
        "import start from './{script}';\nstart({{ module_or_path: new URL('./{wasm}', import.meta.url) }});\n"
    );
    let start = put(out, "start", "js", start.as_bytes())?;
    let head = format!(
        "    <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\" />\n    \
         <link rel=\"icon\" href=\"./{icon}\" />\n    \
         <link rel=\"stylesheet\" href=\"./{style}\" />\n    \
         <link rel=\"modulepreload\" href=\"./{script}\" />\n    \
         <link rel=\"preload\" href=\"./{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin />\n    \
         <script type=\"module\" src=\"./{start}\"></script>\n  </head>"
    );
    let html = format!("{}\n", kept.join("\n")).replace("  </head>", &head);
    fs::write(out.join("index.html"), html).map_err(|error| failed("write", &out.join("index.html"), &error))
}

/// Writes a file under a name that changes with what is in it.
fn put(out: &Path, name: &str, ending: &str, content: &[u8]) -> Result<String, Failure> {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let name = format!("{name}-{:016x}.{ending}", hasher.finish());
    fs::write(out.join(&name), content).map_err(|error| failed("write", &out.join(&name), &error))?;
    Ok(name)
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
