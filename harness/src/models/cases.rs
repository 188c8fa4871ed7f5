//! One test case for each model of the list.

/// Makes each function a test with one case for each model, named after it (`rstest`). The function's first argument is
/// the model's [`Entry`]; more may follow, as `rstest` knows them.
///
/// ```ignore
/// harness::test_every_model! {
///     fn a_refused_port_fails_every_call(model: &Entry) {
///         // runs as a_refused_port_fails_every_call::case_01_serial, ...
///     }
/// }
/// ```
#[macro_export]
macro_rules! test_every_model {
    ($($(#[$attribute:meta])* fn $test:ident($($arguments:tt)*) { $($body:tt)* })*) => {
        $($crate::model_list! { model_cases $(#[$attribute])* fn $test($($arguments)*) { $($body)* } })*
    };
}

/// The list as the cases of one test.
#[doc(hidden)]
#[macro_export]
macro_rules! model_cases {
    (
        { $(#[$attribute:meta])* fn $test:ident($($arguments:tt)*) { $($body:tt)* } }
        $($case:ident $name:literal { $($entry:tt)* })*
    ) => {
        #[rstest::rstest]
        $(#[case::$case($crate::models::named($name).unwrap())])*
        $(#[$attribute])*
        fn $test(#[case] $($arguments)*) { $($body)* }
    };
}
