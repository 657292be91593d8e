//! Chromium and its driver, through Debian's package manager where this process may use it.

use super::{apt, is_there};
use crate::shell::Failure;

/// Installs Chromium and its driver if they are not there, and says how the driver is started.
pub(super) fn driver() -> Result<String, Failure> {
    const DRIVER: &str = "chromedriver";
    if !is_there(DRIVER, "--version") {
        apt::install("chromium-driver")
            .map_err(|Failure(reason)| Failure(format!("chromedriver is not on this machine: {reason}")))?;
    }
    browser()?;
    which(DRIVER).ok_or_else(|| Failure("chromedriver is installed but not on the path".to_owned()))
}

/// Installs Chromium if neither it nor Chrome is there, and says how it is started.
pub(super) fn browser() -> Result<String, Failure> {
    const NAMES: [&str; 2] = ["chromium", "google-chrome"];
    if !NAMES.iter().any(|name| is_there(name, "--version")) {
        apt::install("chromium")
            .map_err(|Failure(reason)| Failure(format!("Chromium is not on this machine: {reason}")))?;
    }
    let found = NAMES.iter().find_map(|name| which(name));
    found.ok_or_else(|| Failure("Chromium is installed but not on the path".to_owned()))
}

/// The file that a name on the path stands for.
fn which(name: &str) -> Option<String> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).map(|folder| folder.join(&name)).find(|file| file.is_file())?;
    found.into_os_string().into_string().ok()
}
