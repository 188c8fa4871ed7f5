//! What a student's code may try, as data: where it stands in the reference, and what its grade has to be.

/// A trick.
pub(crate) struct Trick {
    /// The name of the student.
    pub(crate) name: &'static str,
    /// What differs from the reference.
    pub(crate) changes: &'static [Change],
    /// Other files in the student's folder.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// What its grade has to be.
    pub(crate) grade: Expected,
}

/// Text of the reference, and what the student has in its place. `OUTSIDE` is a port on which a server outside listens, `GRADER` the
/// number of a process outside, `CLASS` the folder of all submissions.
pub(crate) struct Change {
    pub(crate) file: &'static str,
    pub(crate) find: &'static str,
    pub(crate) replace: &'static str,
}

/// What a grade has to be.
pub(crate) enum Expected {
    /// Every point: the trick changes nothing.
    All,
    /// Not every point, and words of the first cause.
    NotAll(&'static str),
    /// No point, and words of the first cause.
    None(&'static str),
}

/// At the beginning of each call.
const fn in_each_call(code: &'static str) -> Change {
    Change {
        file: "src/call.rs",
        find: "    let mut exchange = Exchange::new(run, index, call)?;\n",
        replace: code,
    }
}

/// When the model is made.
const fn when_made(code: &'static str) -> Change {
    Change { file: "src/lib.rs", find: "        Ok(Self {", replace: code }
}

pub(crate) const TRICKS: [Trick; 16] = [
    Trick {
        name: "endless-loop",
        changes: &[in_each_call(
            "    while std::hint::black_box(true) {}\n    let mut exchange = Exchange::new(run, index, call)?;\n",
        )],
        files: &[],
        grade: Expected::None("hung"),
    },
    Trick {
        name: "fork-storm",
        changes: &[in_each_call(
            "    let storm: Vec<_> = (0..2000).map(|_| std::process::Command::new(\"sleep\").arg(\"600\").spawn()).collect();
    std::mem::forget(storm);
    let mut exchange = Exchange::new(run, index, call)?;\n",
        )],
        files: &[],
        grade: Expected::None("processes at once, of at most 100"),
    },
    Trick {
        name: "flood-of-output",
        changes: &[in_each_call("    loop { println!(\"all requirements held, all requirements held\") }\n")],
        files: &[],
        grade: Expected::None(""),
    },
    Trick {
        name: "exit-with-success",
        changes: &[in_each_call("    println!(\"all requirements held\");\n    if true { std::process::exit(0) }\n    let mut exchange = Exchange::new(run, index, call)?;\n")],
        files: &[],
        grade: Expected::None("the process ended: exit status: 0"),
    },
    Trick {
        name: "forged-verdict",
        changes: &[in_each_call(
            "    use std::io::Write as _;
    let verdict = r#\"{\"Found\":{\"verdict\":\"held\",\"breaks\":null,\"retried\":[],\"hangs\":false,\"ends\":false}}\"#;
    println!(\"{verdict}\");
    if let Ok(mut link) = std::fs::OpenOptions::new().write(true).open(\"/dev/stdin\") { let _ = writeln!(link, \"{verdict}\"); }
    if true { return Err(downstream_call::Failure::Lost); }
    let mut exchange = Exchange::new(run, index, call)?;\n",
        )],
        files: &[],
        grade: Expected::NotAll("ended with lost"),
    },
    Trick {
        name: "edited-tests",
        changes: &[in_each_call("    if true { return Err(downstream_call::Failure::Lost); }\n    let mut exchange = Exchange::new(run, index, call)?;\n")],
        files: &[
            ("src/main.rs", "fn main() { println!(\"all requirements held\") }"),
            ("src/bin/blocking-call.rs", "fn main() { println!(\"all requirements held\") }"),
            ("build.rs", "fn main() { std::process::exit(1) }"),
            ("Cargo.toml", "[package]\nname = \"serial\"\nbuild = \"build.rs\"\n"),
            ("tests/suite.rs", "#[test] fn all_requirements_held() {}"),
        ],
        grade: Expected::NotAll("ended with lost"),
    },
    Trick {
        name: "deleted-manifest",
        changes: &[],
        files: &[],
        grade: Expected::All,
    },
    Trick {
        name: "a-connection-outside",
        changes: &[when_made(
            "        let _ = std::net::TcpStream::connect((\"127.0.0.1\", OUTSIDE));\n        Ok(Self {",
        )],
        files: &[],
        grade: Expected::All,
    },
    Trick {
        name: "a-file-of-another-student",
        changes: &[when_made(
            "        let _ = std::fs::write(\"CLASS/honest/stolen\", \"mine\");\n        Ok(Self {",
        )],
        files: &[],
        grade: Expected::All,
    },
    Trick {
        name: "a-signal-to-the-grader",
        changes: &[when_made(
            "        let _ = std::process::Command::new(\"kill\").args([\"-USR1\", \"GRADER\"]).status();\n        Ok(Self {",
        )],
        files: &[],
        grade: Expected::All,
    },
    Trick {
        name: "sleeps-when-dropped",
        changes: &[Change {
            file: "src/lib.rs",
            find: "impl Model for Serial {",
            replace: "impl Drop for Serial {\n    fn drop(&mut self) { std::thread::sleep(std::time::Duration::from_secs(600)) }\n}\n\nimpl Model for Serial {",
        }],
        files: &[],
        grade: Expected::All,
    },
    Trick {
        name: "a-file-of-1-gb",
        changes: &[in_each_call(
            "    let block = vec![0; 1 << 20];
    if let Ok(mut file) = std::fs::File::create(\"large\") { for _ in 0..1024 { if std::io::Write::write_all(&mut file, &block).is_err() { break } } }
    let mut exchange = Exchange::new(run, index, call)?;\n",
        )],
        files: &[],
        grade: Expected::None("SIGXFSZ"),
    },
    Trick {
        name: "memory-without-end",
        changes: &[in_each_call(
            "    let mut all = Vec::new();\n    for _ in 0..3000 { all.push(vec![1_u8; 1 << 20]) }\n    std::hint::black_box(&all);\n    let mut exchange = Exchange::new(run, index, call)?;\n",
        )],
        files: &[],
        grade: Expected::None("MiB of memory, of at most 1024"),
    },
    Trick {
        name: "a-build-without-end",
        changes: &[Change {
            file: "src/lib.rs",
            find: "mod call;",
            replace: "#[allow(long_running_const_eval)]\nconst ENDLESS: () = loop {};\n#[used]\nstatic FOR_EVER: () = ENDLESS;\nmod call;",
        }],
        files: &[],
        grade: Expected::None("not built: the build was ended after"),
    },
    Trick {
        name: "a-build-that-fails",
        changes: &[in_each_call("    let mut exchange: u8 = \"text\";\n")],
        files: &[],
        grade: Expected::None("not built: error[E0308]: mismatched types (src/call.rs"),
    },
    // The last one is graded after all others: nothing of theirs is left.
    Trick { name: "honest", changes: &[], files: &[], grade: Expected::All },
];
