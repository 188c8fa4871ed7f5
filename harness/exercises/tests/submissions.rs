//! What is taken from a student's folder, and what is not: a row says why, and nothing is written.

use std::fs;
use std::path::{Path, PathBuf};

use exercises::grade::{Submission, submissions};
use exercises::{Course, Exercise, Sources};
use rstest::rstest;
use tempfile::TempDir;

const EXERCISE: &str = "blocking-call";
/// One of its files with a hole.
const HOLE: &str = "src/call.rs";

fn course() -> Course {
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is in harness");
    Course::open(clone).unwrap_or_else(|why| panic!("{why}"))
}

/// A class, of which `anna` has handed in the reference.
struct Class {
    course: Course,
    folder: TempDir,
}

impl Class {
    fn new() -> Self {
        let class = Self { course: course(), folder: tempfile::tempdir().expect("a folder") };
        class.reference().write(&class.own("")).expect("sources that can be written");
        class
    }

    fn exercise(&self) -> &Exercise {
        self.course.exercise(EXERCISE).expect("an exercise")
    }

    fn reference(&self) -> Sources {
        self.course.reference(self.exercise()).expect("its reference")
    }

    fn anna(&self) -> PathBuf {
        self.folder.path().join("anna")
    }

    /// A file of hers.
    fn own(&self, path: &str) -> PathBuf {
        self.anna().join(EXERCISE).join(path)
    }

    fn taken(&self) -> Result<Sources, String> {
        let submission = Submission { student: "anna".into(), folder: self.anna() };
        submission.sources(self.exercise(), &self.reference())
    }

    fn named(&self, paths: &[PathBuf]) -> Result<Vec<String>, String> {
        let found = submissions(paths, &self.course.exercises)?;
        Ok(found.into_iter().map(|submission| submission.student).collect())
    }
}

#[test]
fn what_she_has_changed_is_taken() {
    let class = Class::new();
    fs::write(class.own(HOLE), "// mine").unwrap();
    assert_eq!(class.taken().unwrap().file(HOLE), Some("// mine"));
}

#[test]
fn a_helper_in_a_file_of_its_own_is_taken() {
    let class = Class::new();
    fs::create_dir(class.own("src/more")).unwrap();
    fs::write(class.own("src/more/helper.rs"), "// helps").unwrap();
    assert_eq!(class.taken().unwrap().file("src/more/helper.rs"), Some("// helps"));
}

#[test]
fn her_main_and_her_programs_are_not_taken() {
    let class = Class::new();
    fs::create_dir(class.own("src/bin")).unwrap();
    for path in ["src/main.rs", "src/bin/blocking-call.rs"] {
        fs::write(class.own(path), "fn main() {}").unwrap();
        assert_eq!(class.taken().unwrap().file(path), None, "{path}");
    }
}

#[test]
fn a_file_without_a_hole_that_she_has_not_is_the_reference_s() {
    let class = Class::new();
    fs::remove_file(class.own("src/lib.rs")).unwrap();
    assert_eq!(class.taken().unwrap().file("src/lib.rs"), class.reference().file("src/lib.rs"));
}

#[rstest]
#[case::missing(remove, "src/call.rs is missing")]
#[case::a_folder(folder, "src/call.rs is a folder, not a file")]
#[case::too_large(too_large, "src/call.rs has more than 1 MiB")]
#[case::no_text(no_text, "src/call.rs is no text")]
#[case::no_sources(no_sources, "src cannot be read: ")]
fn what_cannot_be_taken_is_said(#[case] change: fn(&Path), #[case] why: &str) {
    let class = Class::new();
    change(&class.own(HOLE));
    let said = class.taken().expect_err("a reason");
    assert!(said.contains(why), "{said}");
}

fn remove(file: &Path) {
    fs::remove_file(file).unwrap();
}

fn folder(file: &Path) {
    remove(file);
    fs::create_dir(file).unwrap();
}

fn too_large(file: &Path) {
    fs::File::create(file).unwrap().set_len(1024 * 1024 + 1).unwrap();
}

fn no_text(file: &Path) {
    fs::write(file, b"\xff\xfe").unwrap();
}

fn no_sources(file: &Path) {
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[cfg(unix)]
#[rstest]
#[case::of_a_file("src/call.rs")]
#[case::of_all_sources("src")]
fn a_link_out_of_the_folder_is_not_followed(#[case] path: &str) {
    let class = Class::new();
    let outside = tempfile::tempdir().expect("a folder");
    class.reference().write(outside.path()).unwrap();
    fs::rename(class.own(path), class.folder.path().join("old")).unwrap();
    std::os::unix::fs::symlink(outside.path().join(path), class.own(path)).unwrap();
    let said = class.taken().expect_err("a reason");
    assert!(said.contains(&format!("{path} leads out of the folder")), "{said}");
}

/// Reading it would wait for a writer.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_no_source() {
    let class = Class::new();
    remove(&class.own(HOLE));
    assert!(std::process::Command::new("mkfifo").arg(class.own(HOLE)).status().unwrap().success());
    assert_eq!(class.taken().unwrap_err(), "src/call.rs is no regular file");
}

#[test]
fn a_folder_of_folders_is_a_class_and_hidden_ones_are_none() {
    let class = Class::new();
    for name in ["bob", ".git"] {
        fs::create_dir(class.folder.path().join(name)).unwrap();
    }
    assert_eq!(class.named(&[class.folder.path().into()]).unwrap(), ["anna", "bob"]);
}

#[test]
fn a_student_s_own_folder_is_one_submission_however_often_it_is_named() {
    let class = Class::new();
    assert_eq!(class.named(&[class.anna(), class.folder.path().into()]).unwrap(), ["anna"]);
}

#[test]
fn a_list_names_folders_from_its_own_on() {
    let class = Class::new();
    let list = class.folder.path().join("class.txt");
    fs::write(&list, "# group A\n\nanna\n").unwrap();
    assert_eq!(class.named(&[list]).unwrap(), ["anna"]);
}

#[test]
fn a_list_with_what_is_no_folder_is_an_error_that_names_it() {
    let class = Class::new();
    let list = class.folder.path().join("class.txt");
    fs::write(&list, "anna\nbob\n").unwrap();
    let said = class.named(&[list]).expect_err("a reason");
    assert!(said.contains("bob, which is no folder"), "{said}");
}

#[test]
fn two_students_of_one_name_have_their_whole_paths() {
    let class = Class::new();
    let other = class.folder.path().join("group-b/anna");
    fs::create_dir_all(&other).unwrap();
    let names = class.named(&[class.anna(), class.folder.path().join("group-b")]).unwrap();
    assert_eq!(names, [class.anna().display().to_string(), other.display().to_string()]);
}

#[test]
fn what_does_not_exist_is_an_error_with_a_cure() {
    let said = Class::new().named(&["no-such-class".into()]).expect_err("a reason");
    assert!(said.contains("name a folder of submissions"), "{said}");
}
