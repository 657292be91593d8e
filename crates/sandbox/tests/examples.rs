//! Every ready world of the page can be opened, and something happens in it.

use runnel_sandbox::viewing::Viewing;
use std::fs;
use std::path::Path;

#[test]
fn every_example_of_the_page_runs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/examples");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let script = fs::read_to_string(&path).unwrap();
        let viewing = Viewing::of_script(&script).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let topics = &viewing.scene().cluster.topics;
        let written = topics.values().flat_map(|topic| &topic.lanes).map(|lane| lane.log_end_offset).sum::<i64>();
        assert!(written > 0, "{}: nothing is written", path.display());
        count += 1;
    }
    assert!(count >= 10, "{count} examples in {}", folder.display());
}
