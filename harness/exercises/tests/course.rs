//! Every exercise fits the repository as it is: what it names exists.

use std::path::{Path, PathBuf};

use exercises::{Course, Kind};

fn clone() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
}

fn course() -> Course {
    Course::open(&clone()).unwrap_or_else(|why| panic!("{why}"))
}

/// Fails with all complaints at once.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn there_are_exercises_and_their_places_differ() {
    let course = course();
    assert!(!course.exercises.is_empty(), "no exercise was found");
    let twice = course.exercises.windows(2).filter(|pair| pair[0].order == pair[1].order);
    let twice = twice.map(|pair| format!("{} and {} have one order", pair[0].name, pair[1].name));
    none(&twice.collect::<Vec<_>>());
}

#[test]
fn every_hole_is_found_in_its_crate() {
    let course = course();
    let mut complaints = Vec::new();
    for exercise in &course.exercises {
        let made = course.reference(exercise).and_then(|sources| {
            let starter = sources.with_holes(exercise)?;
            Ok((sources, starter))
        });
        match made {
            Err(why) => complaints.push(why),
            Ok((reference, starter)) if (exercise.kind == Kind::Build) == (reference == starter) => {
                complaints
                    .push(format!("{}: an exercise that is built has holes, a hunt has none", exercise.name));
            }
            Ok(_) => {}
        }
    }
    none(&complaints);
}

#[test]
fn every_wrong_answer_changes_the_reference() {
    let course = course();
    let mut complaints = Vec::new();
    for exercise in &course.exercises {
        let wrong = exercise.wrong_answers().unwrap_or_else(|why| panic!("{why}"));
        if wrong.len() < 2 {
            complaints.push(format!("{} has {} wrong answers: it needs two", exercise.name, wrong.len()));
        }
        let reference = course.reference(exercise).unwrap_or_else(|why| panic!("{why}"));
        complaints.extend(wrong.iter().filter_map(|wrong| reference.with_wrong(wrong).err()));
        let without_words =
            wrong.iter().filter(|wrong| wrong.fix.is_empty() || wrong.symptom.trim().is_empty());
        complaints
            .extend(without_words.map(|wrong| format!("{} needs a symptom and a fix", wrong.file.display())));
    }
    none(&complaints);
}

/// A symptom that names the cause is no hunt.
#[test]
fn no_symptom_names_its_fix() {
    let course = course();
    let mut complaints = Vec::new();
    for exercise in &course.exercises {
        for wrong in exercise.wrong_answers().unwrap_or_else(|why| panic!("{why}")) {
            if wrong.is_named_by(&wrong.symptom) {
                complaints.push(format!("{}: the symptom has a word of the fix", wrong.file.display()));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_exercise_has_a_brief_and_three_hints() {
    let mut complaints = Vec::new();
    for exercise in &course().exercises {
        let brief = std::fs::read_to_string(exercise.folder.join("README.md")).unwrap_or_default();
        for section in ["**Afterwards you can**", "## Predict first", "## Your task", "## Read"] {
            if !brief.contains(section) {
                complaints.push(format!("exercises/{}/README.md lacks {section}", exercise.name));
            }
        }
        if !brief.contains(&format!("{} minutes", exercise.minutes)) {
            complaints.push(format!(
                "exercises/{}/README.md lacks its {} minutes",
                exercise.name, exercise.minutes
            ));
        }
        let hints = exercise.hints().unwrap_or_else(|why| panic!("{why}")).len();
        if exercise.kind == Kind::Build && hints != 3 {
            complaints.push(format!("exercises/{} has {hints} hints, not 3", exercise.name));
        }
    }
    none(&complaints);
}

#[test]
fn every_page_that_an_exercise_names_exists() {
    let mut complaints = Vec::new();
    for exercise in &course().exercises {
        let brief = std::fs::read_to_string(exercise.folder.join("README.md")).unwrap_or_default();
        let links = brief.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let links = links.filter(|link| !link.contains("://") && !link.is_empty());
        let dead = links.filter(|link| !exercise.folder.join(link).exists());
        complaints
            .extend(dead.map(|link| format!("exercises/{}/README.md: {link} leads nowhere", exercise.name)));
        if !clone().join("docs/src").join(&exercise.chapter).is_file() {
            complaints.push(format!("exercises/{}: there is no page {}", exercise.name, exercise.chapter));
        }
    }
    none(&complaints);
}

/// Each of them has a brief, right answers to all questions, and a wrong one to each.
#[test]
fn every_prediction_can_be_right_and_can_be_wrong() {
    let course = course();
    assert!(course.explanations.len() >= 4, "{} exercises ask for predictions", course.explanations.len());
    let mut complaints = Vec::new();
    for explanation in &course.explanations {
        let name = &explanation.name;
        let reference = explanation.reference().unwrap_or_else(|why| panic!("{why}"));
        let wrong = explanation.wrong_answers().unwrap_or_else(|why| panic!("{why}"));
        for question in &explanation.questions {
            match reference.0.get(&question.name) {
                Some(answer) => complaints.extend(question.accepts(answer).err()),
                None => complaints.push(format!("{name}: {} has no right answer", question.name)),
            }
            let wrong = wrong.iter().find(|wrong| wrong.question == question.name);
            match wrong {
                Some(wrong) => complaints.extend(question.accepts(&wrong.answer).err()),
                None => complaints.push(format!("{name}: {} has no wrong answer", question.name)),
            }
            if !clone().join("docs/src").join(&question.read).is_file() {
                complaints.push(format!("{name}: there is no page {}", question.read));
            }
        }
        let brief = std::fs::read_to_string(explanation.folder.join("README.md")).unwrap_or_default();
        for section in ["**Afterwards you can**", "## Predict first", "## Your task", "## Read"] {
            if !brief.contains(section) {
                complaints.push(format!("exercises/{name}/README.md lacks {section}"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn no_two_exercises_of_any_kind_have_one_place() {
    let course = course();
    let builds = course.exercises.iter().map(|exercise| (exercise.order, &exercise.name));
    let all = builds.chain(course.explanations.iter().map(|other| (other.order, &other.name)));
    let mut places = std::collections::BTreeMap::new();
    let twice = all.filter_map(|(order, name)| {
        places.insert(order, name).map(|other| format!("{name} and {other} have one order"))
    });
    none(&twice.collect::<Vec<_>>());
}
