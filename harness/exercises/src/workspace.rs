//! A student's folder: a starter for each exercise that was begun, and the progress.
//!
//! *What to notice*: nothing of a student's is ever overwritten. A starter is written where nothing is; `reset` moves what is
//! there out of the way first.

use std::fs;
use std::path::{Path, PathBuf};

use crate::explain::{self, ANSWERS_FILE, Explanation};
use crate::progress::{FILE, Work};
use crate::sources::write;
use crate::{Course, Exercise, Package, Progress, Sources, Wrong};

/// A student's folder.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Where it is.
    pub folder: PathBuf,
    /// What was done so far.
    pub progress: Progress,
}

/// What a student begins with.
struct Start {
    name: String,
    sources: Sources,
    brief: String,
    seed: Option<u64>,
}

/// What is checked now: an exercise, and the defect that was planted, if it is a hunt.
type Task<'course> = (&'course Exercise, Option<Wrong>);

impl Workspace {
    /// The student's folder that a folder is in.
    ///
    /// # Errors
    /// It is in none, or the progress cannot be read.
    pub fn find(here: &Path) -> Result<Self, String> {
        let folder = here.ancestors().find(|folder| folder.join(FILE).is_file()).ok_or_else(|| {
            let cure = "run this in a folder that meanwhile learn init DIR has made";
            format!("{} is in no folder of exercises: {cure}", here.display())
        })?;
        Ok(Self { folder: folder.into(), progress: Progress::read(folder)? })
    }

    /// Whether a folder is in one of a student's.
    #[must_use]
    pub fn is_in(here: &Path) -> bool {
        here.ancestors().any(|folder| folder.join(FILE).is_file())
    }

    /// Makes a folder for exercises, or opens the one that is there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn init(folder: &Path, course: &Course) -> Result<Self, String> {
        if folder.join(FILE).is_file() {
            return Self::find(folder);
        }
        fs::create_dir_all(folder)
            .map_err(|error| format!("making {}: {error}: choose another folder", folder.display()))?;
        write(&folder.join("AGENTS.md"), include_str!("templates/agents.md"))?;
        write(&folder.join(".gitignore"), "/target\n")?;
        write(&folder.join(".cargo/config.toml"), include_str!("templates/cargo_config.toml"))?;
        let progress =
            Progress { clone: course.clone.clone(), current: String::new(), work: Default::default() };
        Ok(Self { folder: folder.into(), progress })
    }

    /// Makes an exercise the current one, and writes its starter if it is not there.
    ///
    /// # Errors
    /// The starter cannot be written, or the progress.
    pub fn begin(&mut self, course: &Course, exercise: &Exercise) -> Result<PathBuf, String> {
        let sources = course.reference(exercise)?.with_holes(exercise)?;
        let brief = brief(&exercise.folder, course)?;
        self.start(course, exercise, &Start { name: exercise.name.clone(), sources, brief, seed: None })
    }

    /// Makes an exercise that asks for predictions the current one, and writes its questions if they are not there.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn begin_explanation(
        &mut self,
        course: &Course,
        explanation: &Explanation,
    ) -> Result<PathBuf, String> {
        let folder = self.folder.join(&explanation.name);
        let answers = folder.join(ANSWERS_FILE);
        if !answers.exists() {
            write(&folder.join("README.md"), &brief(&explanation.folder, course)?)?;
            write(&answers, &explain::unanswered(explanation))?;
        }
        self.progress.current.clone_from(&explanation.name);
        self.progress.work.entry(explanation.name.clone()).or_default();
        self.save()?;
        Ok(folder)
    }

    /// Makes the hunt of this seed the current one.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn begin_hunt(&mut self, course: &Course, seed: u64) -> Result<PathBuf, String> {
        let (exercise, wrong) = course.hunt(seed)?;
        let sources = course.reference(exercise)?.with_wrong(&wrong)?;
        let chapter = course.clone.join("docs/src").join(&exercise.chapter);
        let brief = include_str!("templates/hunt.md")
            .replace("CRATE", &exercise.crate_folder)
            .replace("SEED", &seed.to_string())
            .replace("SYMPTOM", wrong.symptom.trim())
            .replace("CHAPTER", &chapter.display().to_string());
        let start = Start { name: format!("hunt-{seed}"), sources, brief, seed: Some(seed) };
        self.start(course, exercise, &start)
    }

    fn start(&mut self, course: &Course, exercise: &Exercise, start: &Start) -> Result<PathBuf, String> {
        let folder = self.folder.join(&start.name);
        if !folder.exists() {
            Package::write(&folder, exercise, &course.clone, &start.sources)?;
            write(&folder.join("README.md"), &start.brief)?;
        }
        self.progress.current.clone_from(&start.name);
        let work = || Work { seed: start.seed, ..Work::default() };
        self.progress.work.entry(start.name.clone()).or_insert_with(work);
        self.save()?;
        Ok(folder)
    }

    /// The current exercise, and the defect of a hunt.
    ///
    /// # Errors
    /// The clone has no such exercise any more.
    pub fn task<'course>(&self, course: &'course Course) -> Result<Task<'course>, String> {
        let work = self.progress.work.get(&self.progress.current);
        match work.and_then(|work| work.seed) {
            Some(seed) => course.hunt(seed).map(|(exercise, wrong)| (exercise, Some(wrong))),
            None => course.exercise(&self.progress.current).map(|exercise| (exercise, None)),
        }
    }

    /// The folder of the current exercise.
    #[must_use]
    pub fn current(&self) -> PathBuf {
        self.folder.join(&self.progress.current)
    }

    /// Where all that is compiled goes.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// Writes again what the student does not have to change: a deleted manifest costs nothing.
    ///
    /// # Errors
    /// The folder is gone, or cannot be written.
    pub fn mend(&self, course: &Course, exercise: &Exercise) -> Result<(), String> {
        let folder = self.current();
        if !folder.join("src").is_dir() {
            let cure = "meanwhile learn reset writes the starter again";
            return Err(format!("{} is gone: {cure}", folder.join("src").display()));
        }
        Package::write_around(&folder, exercise, &course.clone).map(drop)
    }

    /// Writes the starter again, and returns where the student's own files are now, if there were any.
    ///
    /// # Errors
    /// The files cannot be moved, or the starter cannot be written.
    pub fn reset(&mut self, course: &Course) -> Result<Option<PathBuf>, String> {
        let folder = self.current();
        let kept = if folder.exists() { Some(self.free_name()) } else { None };
        if let Some(kept) = &kept {
            fs::rename(&folder, kept)
                .map_err(|error| format!("moving {} to {}: {error}", folder.display(), kept.display()))?;
        }
        match (self.progress.current_work().seed, course.explanation(&self.progress.current)) {
            (Some(seed), _) => self.begin_hunt(course, seed)?,
            (None, Some(explanation)) => self.begin_explanation(course, explanation)?,
            (None, None) => self.begin(course, course.exercise(&self.progress.current)?)?,
        };
        Ok(kept)
    }

    /// `NAME.before-reset-1`, or the first number that is free.
    fn free_name(&self) -> PathBuf {
        let name = |number| self.folder.join(format!("{}.before-reset-{number}", self.progress.current));
        (1_u32..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
    }

    /// Writes the progress.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self) -> Result<(), String> {
        self.progress.write(&self.folder)
    }
}

/// The exercise's brief, with links that lead into the clone.
fn brief(folder: &Path, course: &Course) -> Result<String, String> {
    let file = folder.join("README.md");
    let text = fs::read_to_string(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
    Ok(text.replace("](../../", &format!("]({}/", course.clone.display())))
}
