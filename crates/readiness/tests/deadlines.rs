//! Deadlines in order, compared with a list that is sorted again for each question.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use readiness::Deadlines;

/// What a loop does with its deadlines. There are few times and keys, so that equal ones are common.
#[derive(Clone, Debug)]
enum Step {
    Insert(u64, u8),
    Remove(u64, u8),
    Expire(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (moment, key) = (0_u64..8, any::<u8>().prop_map(|key| key % 4));
    prop_oneof![
        (moment.clone(), key.clone()).prop_map(|(at, key)| Step::Insert(at, key)),
        (moment.clone(), key).prop_map(|(at, key)| Step::Remove(at, key)),
        moment.prop_map(Step::Expire),
        Just(Step::Expire(u64::MAX)),
    ]
}

/// The same without a tree.
#[derive(Default)]
struct Model(Vec<(u64, u8)>);

impl Model {
    fn insert(&mut self, at: u64, key: u8) {
        self.remove(at, key);
        self.0.push((at, key));
        self.0.sort_unstable();
    }

    fn remove(&mut self, at: u64, key: u8) -> bool {
        let before = self.0.len();
        self.0.retain(|entry| *entry != (at, key));
        self.0.len() < before
    }

    fn expired(&mut self, now: u64) -> Option<u8> {
        let (at, key) = *self.0.first()?;
        (at <= now).then(|| self.0.remove(0)).map(|_| key)
    }
}

proptest! {
    #[test]
    fn deadlines_come_the_earliest_first_and_none_before_its_moment(steps in vec(step(), 0..64)) {
        let start = Instant::now();
        let moment = |at: u64| start + Duration::from_millis(at.min(1000));
        let (mut deadlines, mut model) = (Deadlines::new(), Model::default());
        for step in steps {
            match step {
                Step::Insert(at, key) => {
                    deadlines.insert(moment(at), key);
                    model.insert(at, key);
                }
                Step::Remove(at, key) => prop_assert_eq!(deadlines.remove(moment(at), key), model.remove(at, key)),
                Step::Expire(now) => prop_assert_eq!(deadlines.expired(moment(now)), model.expired(now)),
            }
            prop_assert_eq!(deadlines.len(), model.0.len());
            prop_assert_eq!(deadlines.is_empty(), model.0.is_empty());
            prop_assert_eq!(deadlines.earliest(), model.0.first().map(|(at, _)| moment(*at)));
        }
    }
}

#[test]
fn a_deadline_expires_at_its_moment_and_not_a_nanosecond_before() {
    let at = Instant::now() + Duration::from_secs(1);
    let mut deadlines = Deadlines::default();
    deadlines.insert(at, 'a');
    assert_eq!(deadlines.expired(at - Duration::from_nanos(1)), None);
    assert_eq!(deadlines.expired(at), Some('a'));
    assert_eq!(deadlines.expired(at), None);
}
