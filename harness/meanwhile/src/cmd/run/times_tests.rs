//! The line says what was used, and what part of the time was slept.

use super::*;

fn of(wall_ms: u64, user_ms: u64, system_ms: u64) -> String {
    let [wall, user, system] = [wall_ms, user_ms, system_ms].map(Duration::from_millis);
    line(wall, CpuTimes { user, system })
}

#[test]
fn a_run_that_waits_was_asleep_for_nearly_all_of_it() {
    assert_eq!(of(1004, 2, 3), "1.004 s: 2.0 ms user, 3.0 ms system, asleep for 99.5 % of the time");
}

#[test]
fn several_cores_at_work_leave_no_time_asleep() {
    assert_eq!(of(1000, 1500, 100), "1.000 s: 1500.0 ms user, 100.0 ms system, asleep for 0.0 % of the time");
}

#[test]
fn a_run_of_no_time_divides_by_no_zero() {
    assert_eq!(of(0, 0, 0), "0.000 s: 0.0 ms user, 0.0 ms system, asleep for 0.0 % of the time");
}
