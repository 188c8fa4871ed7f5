//! Pages in a real browser, headless, as their readers use them: `make browser`.
//!
//! *What to notice*: after each test the browser is asked for its console and for every request that it made. A page that
//! writes to the one, or asks for anything but itself, has failed.
//!
//! *What is deliberately missing*: other browsers. What is used here is Chromium and its driver, under Debian's names.

mod driver;
mod layout;
mod live;
mod made;
mod reading;
mod replay;
mod tab;

use std::process::ExitCode;
use std::sync::Arc;

use driver::Driver;
use libtest_mimic::{Arguments, Trial};
use tab::Tab;

/// Two browsers at a time: each of them is several processes.
const AT_ONCE: usize = 2;

/// A sentence, and the function that tries it.
type Test = (&'static str, fn(&Tab));

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    if let Some(missing) = driver::missing() {
        println!("skipped: pages are not tried in a browser, since {missing} is not installed");
        return ExitCode::SUCCESS;
    }
    let driver = Arc::new(Driver::start());
    let tests = [reading::TESTS, replay::TESTS, layout::TESTS, live::TESTS].concat();
    let trials = tests.into_iter().map(|test| trial(test, &driver)).collect();
    // The driver is ended when this function is left: the conclusion must not end the process before.
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial((name, test): Test, driver: &Arc<Driver>) -> Trial {
    let driver = Arc::clone(driver);
    Trial::test(name, move || {
        let tab = Tab::open(&driver);
        test(&tab);
        tab.has_kept_to_itself();
        Ok(())
    })
}
