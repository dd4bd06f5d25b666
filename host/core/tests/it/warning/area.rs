//! Which townships a message means.

use super::{check, message, warned_city};
use std::sync::Arc;
use tocsin_core::city::Region;
use tocsin_core::{Core, Input};

#[test]
fn codes_of_every_level() {
    check("0s A alert r all", &["A active r alert all+e+w n=1"]);
    check("0s A alert r e+e+w", &["A active r alert e+w n=1"]);
    // A village is its township, a province holds the city.
    check("0s A alert r 330000001203村", &["A active r alert e n=1"]);
    check("0s A alert r x", &["A outside r alert - n=1 area-outside"]);
    check("0s A alert r e+x", &["A active r alert e n=1 area-outside"]);
    check("0s A alert r 320000000000省", &["A outside r alert - n=1 area-outside"]);
    // A code of this county that no region has is a slip: the name counts, or everybody.
    check("0s A alert r 330000905000东乡", &["A active r alert e n=1 area-unknown"]);
    check("0s A alert r 330000905000不明镇", &["A active r alert all+e+w n=1 area-unknown"]);
    // Names, where there is no code.
    check("0s A alert r 东乡", &["A active r alert e n=1"]);
    check("0s A alert r 青山市西乡", &["A active r alert w n=1"]);
    check("0s A alert r 青山市", &["A active r alert all+e+w n=1"]);
    check("0s A alert r 青山市西乡、东乡", &["A active r alert w+e n=1"]);
    check("0s A alert r 青山市全境", &["A active r alert all+e+w n=1"]);
    check("0s A alert r 东乡、南乡", &["A active r alert e n=1 area-unknown"]);
    // Nobody knows where: everybody is warned.
    check("0s A alert r 南乡", &["A active r alert all+e+w n=1 area-unknown"]);
    check("0s A alert r -", &["A active r alert all+e+w n=1 area-unknown"]);
    check("0s A alert r 南乡+东乡", &["A active r alert e n=1 area-unknown"]);
}

/// A city may draw its villages; who is called is then their township's duty post.
#[test]
fn a_village_without_a_post_is_its_township_s() {
    const VILLAGE: &str = "330000001001";
    let check = |area: &str, calls: usize| {
        let mut city = (*warned_city()).clone();
        let village = Region {
            code: VILLAGE.into(),
            name: "上村".into(),
            parent: super::EAST.into(),
            boundary: vec![],
        };
        city.regions.push(village);
        let mut core = Core::new(Arc::new(city));
        let (now, observed) = message(1, &format!("0s A alert r {area}"));
        core.step(now, &[Input::Signal(observed)]);
        let rooms = &core.state().rooms;
        let posts: Vec<&str> = rooms.calls.values().map(|call| call.post.as_str()).collect();
        assert_eq!((posts.len(), posts.contains(&"east")), (calls, true), "{area}: {posts:?}");
        assert!(rooms.gaps.is_empty(), "{area}: {:?}", rooms.gaps);
    };
    check(&format!("{VILLAGE}上村"), 1);
    check("e", 1);
    check("all", 3);
}

#[test]
fn names_within_names_are_not_meant() {
    let mut city = (*warned_city()).clone();
    let region = |code: &str, name: &str, parent: &str| Region {
        code: code.into(),
        name: name.into(),
        parent: parent.into(),
        boundary: vec![],
    };
    city.regions.push(region("330000003000", "城东乡", super::CITY));
    city.regions.push(region("330000001001", "上村", super::EAST));
    city.regions.push(region("330000002001", "上村", super::WEST));
    let city = Arc::new(city);
    let check = |text: &str, expect: &[&str]| {
        let mut core = Core::new(city.clone());
        let (now, observed) = message(1, &format!("0s A alert r {text}"));
        core.step(now, &[Input::Signal(observed)]);
        let row = core.state().rooms.warnings.values().next().expect("a warning");
        assert_eq!(row.areas, expect, "{text}");
    };
    check("城东乡", &["330000003000"]);
    check("东乡上村", &["330000001001"]);
    check("青山市东乡上村、城东乡", &["330000001001", "330000003000"]);
    check("上村", &["330000001001", "330000002001"]);
}

mod shapes {
    use super::super::{message, shown, warned_city};
    use tocsin_core::{Core, Input};

    fn check(shapes: serde_json::Value, expect: &str) {
        let (now, mut observed) = message(1, "0s A alert r -");
        let mut data: serde_json::Value = serde_json::from_str(&observed.signal.data).unwrap();
        data.as_object_mut().unwrap().extend(shapes.as_object().unwrap().clone());
        observed.signal.data = data.to_string();
        let mut core = Core::new(warned_city());
        core.step(now, &[Input::Signal(observed)]);
        let rows: Vec<String> = core.state().rooms.warnings.values().map(shown).collect();
        assert_eq!(rows, [expect], "{shapes}");
    }

    #[test]
    fn shapes_mean_what_they_touch() {
        let square = |west: f64, east: f64| serde_json::json!({"polygons": [[[west, 29.9], [east, 29.9], [east, 30.1], [west, 30.1], [west, 29.9]]]});
        check(square(120.1, 120.2), "A active r alert e n=1");
        check(square(119.8, 120.2), "A active r alert e+w n=1");
        // Around all of it, and across without a corner inside.
        check(square(110.0, 130.0), "A active r alert e+w n=1");
        check(
            serde_json::json!({"polygons": [[[120.1, 20.0], [120.2, 20.0], [120.2, 40.0], [120.1, 40.0], [120.1, 20.0]]]}),
            "A active r alert e n=1",
        );
        check(square(100.0, 101.0), "A outside r alert - n=1 area-outside");
        check(serde_json::json!({"circles": [[120.2, 30.0, 5.0]]}), "A active r alert e n=1");
        check(serde_json::json!({"circles": [[120.02, 30.0, 5.0]]}), "A active r alert e+w n=1");
        check(serde_json::json!({"circles": [[100.0, 30.0, 5.0]]}), "A outside r alert - n=1 area-outside");
    }
}
