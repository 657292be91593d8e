//! All lessons, in their order.

use crate::error::LessonError;
use crate::glossary::Glossary;
use crate::lesson::Lesson;
use std::sync::Arc;

/// The modules, by the folders in which their lessons lie.
const MODULES: &[(&str, &str)] = &[
    ("00-first-contact", "First contact"),
    ("01-offsets", "Offsets"),
    ("02-retention", "Retention and compaction"),
    ("03-partitions", "Partitions and keys"),
    ("04-groups", "Consumer groups"),
];

/// A lesson's file, as it lies in `content`.
macro_rules! content {
    ($($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("../content/", $file)))),*]
    };
}

/// The lessons' files, in the order of the course.
pub(crate) const FILES: &[(&str, &str)] = content![
    "00-first-contact/01-log.md",
    "00-first-contact/02-reading.md",
    "00-first-contact/03-scripts.md",
    "00-first-contact/04-nothing.md",
    "01-offsets/01-bookmark.md",
    "01-offsets/02-once.md",
    "01-offsets/03-auto.md",
    "01-offsets/04-lose.md",
    "01-offsets/05-keep.md",
    "02-retention/01-volumes.md",
    "02-retention/04-last-word.md",
    "03-partitions/01-lanes.md",
    "03-partitions/02-payment-done.md",
    "03-partitions/03-three-users.md",
    "03-partitions/04-no-key.md",
    "03-partitions/05-choose.md",
    "03-partitions/06-one-more.md",
    "03-partitions/07-two-clients.md",
    "04-groups/01-equal.md",
    "04-groups/02-fewer.md",
    "04-groups/03-spare.md",
    "04-groups/04-broadcast.md",
    "04-groups/05-borrowed.md",
    "04-groups/06-goodbye.md",
    "04-groups/07-slow.md",
    "04-groups/08-lag.md",
    "04-groups/09-worker.md",
    "04-groups/11-rolling.md",
    "04-groups/13-move.md",
];

/// The words that lessons explain.
pub(crate) const GLOSSARY: &str = include_str!("../content/glossary.md");

/// The course.
#[derive(Clone, Debug)]
pub struct Course {
    /// In their order.
    pub modules: Vec<Module>,
    /// The words that lessons explain.
    pub glossary: Glossary,
}

/// Lessons about one thing.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its folder.
    pub folder: String,
    /// What it is called.
    pub title: String,
    /// In their order.
    pub lessons: Vec<Arc<Lesson>>,
}

impl Course {
    /// The course that comes with this crate.
    ///
    /// # Errors
    /// The first mistake in a file; `cargo xtask lessons check` finds it before anybody else does.
    pub fn load() -> Result<Course, LessonError> {
        Course::of(FILES, GLOSSARY)
    }

    /// A course of files, each with its name.
    ///
    /// # Errors
    /// The first mistake in a file.
    pub fn of(files: &[(&str, &str)], glossary: &str) -> Result<Course, LessonError> {
        let glossary = Glossary::parse("glossary.md", glossary)?;
        let mut modules: Vec<Module> = Vec::new();
        for (file, text) in files {
            let lesson = Arc::new(Lesson::parse(file, text)?);
            let folder = file.split_once('/').map_or("", |(folder, _)| folder);
            match modules.iter_mut().find(|module| module.folder == folder) {
                Some(module) => module.lessons.push(lesson),
                None => {
                    let title = MODULES.iter().find(|(known, _)| *known == folder).map_or(folder, |(_, title)| title);
                    let (folder, title) = (folder.to_owned(), title.to_owned());
                    modules.push(Module { folder, title, lessons: vec![lesson] });
                }
            }
        }
        Ok(Course { modules, glossary })
    }

    /// All lessons, in their order.
    pub fn lessons(&self) -> impl Iterator<Item = &Arc<Lesson>> {
        self.modules.iter().flat_map(|module| &module.lessons)
    }

    /// A lesson by its id.
    pub fn lesson(&self, id: &str) -> Option<&Arc<Lesson>> {
        self.lessons().find(|lesson| lesson.id == id)
    }

    /// The lesson that comes behind another.
    pub fn next(&self, id: &str) -> Option<&Arc<Lesson>> {
        self.lessons().skip_while(|lesson| lesson.id != id).nth(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_in_the_content_folder_is_a_lesson_of_the_course() {
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
        let mut found = BTreeSet::new();
        for module in fs::read_dir(&content).unwrap() {
            let module = module.unwrap();
            if module.path().is_dir() {
                let folder = module.file_name().into_string().unwrap();
                let files = fs::read_dir(module.path()).unwrap();
                found
                    .extend(files.map(|file| format!("{folder}/{}", file.unwrap().file_name().into_string().unwrap())));
            }
        }
        let listed: BTreeSet<String> = FILES.iter().map(|(file, _)| (*file).to_owned()).collect();
        assert_eq!(listed, found);
    }

    #[test]
    fn lessons_come_in_the_order_of_their_files_and_each_module_has_a_title() {
        let files: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
        assert!(files.is_sorted());
        let course = Course::load().unwrap();
        assert!(course.modules.iter().all(|module| module.title != module.folder));
        let ids: Vec<&str> = course.lessons().map(|lesson| lesson.id.as_str()).collect();
        let next: Vec<&str> = ids.iter().filter_map(|id| Some(course.next(id)?.id.as_str())).collect();
        assert_eq!(next, ids[1..]);
        assert!(course.next(ids.last().unwrap()).is_none());
    }
}
