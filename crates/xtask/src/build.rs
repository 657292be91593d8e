//! `cargo xtask build`: the server as it is shipped, with the page in it.

use crate::page::{self, Care};
use crate::shell::{Failure, cargo, run, target};
use std::path::PathBuf;

/// Makes `target/release/runnel` and says where it is.
pub(crate) fn release() -> Result<PathBuf, Failure> {
    page::build(Care::Shipped)?;
    with_page()
}

/// The same with the page that is there.
pub(crate) fn with_page() -> Result<PathBuf, Failure> {
    run(cargo().args(["build", "--release", "--package", "runnel"]))?;
    Ok(target("release").join(format!("runnel{}", std::env::consts::EXE_SUFFIX)))
}
