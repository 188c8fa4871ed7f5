//! The table of defects fits the sources.

use super::defects::DEFECTS;
use super::sources::Sources;

#[test]
fn every_defect_has_its_place_in_the_sources() {
    let outdated: Vec<_> = DEFECTS.iter().filter_map(|defect| Sources::misplaced(defect).err()).collect();
    assert!(outdated.is_empty(), "\n{}", outdated.join("\n"));
}
