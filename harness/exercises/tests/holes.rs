//! A hole is the body of the function that is named, and of no other.

use exercises::with_holes;
use rstest::rstest;

const FILE: &str = r#"
//! A file.

/// Free.
pub(crate) fn call(of: &str) -> usize { of.len() }

struct One<T>(T);
struct Two;

impl<T: Clone> One<T> {
    fn advance(&mut self) -> T {
        self.0.clone()
    }
}

impl Two {
    fn advance(&self) -> u8 { 2 }
}

impl std::fmt::Display for Two {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", "}")
    }
}

impl<'a, T> PartialEq<Two> for One<&'a T> {
    fn eq(&self, _: &Two) -> bool { true }
}

trait Waits {
    fn wait(&self);
    fn wait_twice(&self) { self.wait(); self.wait() }
}

mod inner {
    pub mod deeper {
        pub async fn call() -> u8 { 7 }
        impl super::super::Two { pub fn call(&self) {} }
    }
}

fn future() -> impl Future<Output = u8> { async { 1 } }
"#;

#[rstest]
#[case("call", "{ of.len() }")]
#[case("One::advance", "{\n        self.0.clone()\n    }")]
#[case("Two::advance", "{ 2 }")]
#[case("impl Display for Two::fmt", "{\n        write!(f, \"{}\", \"}\")\n    }")]
#[case("impl PartialEq for One::eq", "{ true }")]
#[case("Waits::wait_twice", "{ self.wait(); self.wait() }")]
#[case("inner::deeper::call", "{ 7 }")]
#[case("inner::deeper::Two::call", "{}\n    }".trim_end_matches("\n    }"))]
fn the_body_that_is_named_is_cut_and_nothing_else(#[case] item: &str, #[case] body: &str) {
    let cut = with_holes(FILE, &[item]).expect("a hole");
    let same = FILE.bytes().zip(cut.bytes()).take_while(|(one, other)| one == other).count();
    let rest = FILE.bytes().rev().zip(cut.bytes().rev()).take_while(|(one, other)| one == other).count();
    let gone = &FILE[same..FILE.len() - rest];
    assert!(cut.contains("todo!(\"README.md says what goes here\")"), "{cut}");
    assert!(body.contains(gone.trim()), "cut {gone:?}, not {body:?}");
    assert_eq!(cut.matches("todo!").count(), 1);
}

#[test]
fn a_stub_is_indented_as_its_function_is() {
    let cut = with_holes(FILE, &["One::advance"]).expect("a hole");
    let stub = "    fn advance(&mut self) -> T {\n        todo!(\"README.md says what goes here\")\n    }\n";
    assert!(cut.contains(stub), "{cut}");
}

#[test]
fn two_functions_of_one_file_are_cut() {
    let cut = with_holes(FILE, &["call", "Two::advance"]).expect("holes");
    assert_eq!(cut.matches("todo!").count(), 2);
    assert!(cut.contains("self.0.clone()"), "{cut}");
}

#[rstest]
#[case("Two::advanced", "did you mean Two::advance")]
#[case("Twi::advance", "did you mean")]
#[case("future", "returns `impl`")]
#[case("Waits::wait", "no function is called Waits::wait")]
#[case("entirely_different_name", "no function is called entirely_different_name")]
fn what_cannot_be_cut_is_an_error_with_its_cure(#[case] item: &str, #[case] says: &str) {
    let why = with_holes(FILE, &[item]).expect_err("no hole");
    assert!(why.contains(says), "{why}");
}

#[test]
fn a_function_that_is_there_twice_is_not_guessed() {
    let text = "#[cfg(unix)]\nfn call() {}\n#[cfg(not(unix))]\nfn call() {}\n";
    assert!(with_holes(text, &["call"]).expect_err("two").contains("twice"));
}
