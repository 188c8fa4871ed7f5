//! The timers compared with a sorted list, on a virtual clock.
#![cfg(not(any(loom, shuttle)))]

use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use mini_runtime::Timers;
use proptest::prelude::*;

/// A step of the test; times are in milliseconds of the virtual clock.
#[derive(Clone, Debug)]
enum Step {
    Insert { at: u64 },
    Remove { which: usize },
    Pass { time: u64 },
}

/// Notes which waker was woken.
struct Note {
    name: usize,
    woken: Arc<Mutex<Vec<usize>>>,
}

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.woken.lock().expect("a list").push(self.name);
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few different times, so that many are equal.
    let step = prop_oneof![
        4 => (0..30_u64).prop_map(|at| Step::Insert { at }),
        1 => (0..20_usize).prop_map(|which| Step::Remove { which }),
        2 => (0..6_u64).prop_map(|time| Step::Pass { time }),
    ];
    prop::collection::vec(step, 0..120)
}

proptest! {
    #[test]
    fn timers_fire_in_the_order_of_a_sorted_list(steps in steps()) {
        let zero = Instant::now();
        let at = |ms| zero + Duration::from_millis(ms);
        let woken = Arc::new(Mutex::new(Vec::new()));
        let (mut timers, mut keys, mut model) = (Timers::new(), Vec::new(), Vec::<(u64, usize)>::new());
        let mut now = 0;
        for step in steps {
            match step {
                Step::Insert { at: ms } => {
                    let note = Note { name: keys.len(), woken: Arc::clone(&woken) };
                    model.push((ms, keys.len()));
                    keys.push((ms, timers.insert(at(ms), Arc::new(note).into())));
                }
                Step::Remove { which } => {
                    let Some((ms, key)) = keys.get(which) else { continue };
                    let waiting = model.iter().position(|(_, name)| *name == which);
                    prop_assert_eq!(timers.is_waiting(*key, Waker::noop()), waiting.is_some());
                    prop_assert_eq!(timers.remove(at(*ms), *key), waiting.is_some());
                    waiting.map(|place| model.remove(place));
                }
                Step::Pass { time } => {
                    now += time;
                    let mut fired = Vec::new();
                    timers.expire(at(now), &mut fired);
                    fired.into_iter().for_each(Waker::wake);
                    let mut got = std::mem::take(&mut *woken.lock().expect("a list"));
                    let mut due: Vec<_> = model.extract_if(.., |(ms, _)| *ms <= now).collect();
                    due.sort_unstable();
                    let times = |names: &[usize]| names.iter().map(|name| keys[*name].0).collect::<Vec<_>>();
                    prop_assert_eq!(times(&got), due.iter().map(|(ms, _)| *ms).collect::<Vec<_>>());
                    got.sort_unstable();
                    due.sort_unstable_by_key(|(_, name)| *name);
                    prop_assert_eq!(got, due.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
                }
            }
            prop_assert_eq!(timers.earliest(), model.iter().map(|(ms, _)| at(*ms)).min());
        }
    }
}

#[test]
fn a_timer_wakes_the_waker_it_was_given_last() {
    let (mut timers, now, woken) = (Timers::new(), Instant::now(), Arc::default());
    let note = |name| -> Waker { Arc::new(Note { name, woken: Arc::clone(&woken) }).into() };
    let key = timers.insert(now, note(1));
    assert!(timers.is_waiting(key, &note(2)));
    let mut fired = Vec::new();
    timers.expire(now, &mut fired);
    fired.into_iter().for_each(Waker::wake);
    assert_eq!(*woken.lock().expect("a list"), [2]);
}
