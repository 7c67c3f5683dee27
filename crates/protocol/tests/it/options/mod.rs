//! Every option at its edges: what is allowed becomes the right value, all else a 9401 that names the option, its value
//! and what it may be.

mod draw;
mod transform;

use std::fmt::Debug;

use palmette_ops::Op;
use palmette_protocol::list::parse_list;
use palmette_protocol::{Code, Error, Options};

/// One option, with a dot between the names of those that are nested.
struct Case<T: 'static> {
    option: &'static str,
    /// What it may be, as its refusals say.
    allowed: &'static str,
    right: &'static [Right<T>],
    /// Values as `JSON.stringify` writes them.
    wrong: &'static [&'static str],
}

/// A value as JSON, and what it does to an object that says nothing else.
type Right<T> = (&'static str, fn(&mut T));

/// What no option takes: numbers are no strings, and names are not empty.
const NEVER: &[&str] = &["[]", "[1]", "\"\"", "\"1\"", "\"NaN\"", "\"null\""];

const NOT_A_FRACTION: &[&str] = &["-5e-324", "-1", "1.0000000000000002", "2", "1e+300", "true", "{}"];

/// Reads the options of the only entry of a list, as they arrive.
fn options(value_of: &str, value: &str) -> Options {
    let names: Vec<&str> = value_of.split('.').collect();
    let object = names.iter().rev().fold(value.to_owned(), |inner, name| format!("{{\"{name}\":{inner}}}"));
    let list = format!("[{{\"imageIndex\":0,{}]", &object[1..]);
    match parse_list(&list).unwrap_or_else(|error| panic!("{list}: {error}")).pop() {
        Some(Op::Transform { options, .. }) => options,
        op => panic!("{list} is {op:?}"),
    }
}

/// Checks every case, and that there is one for every option.
fn check<T: Default + PartialEq + Debug>(cases: &[Case<T>], read: fn(&Options) -> Result<T, Error>) {
    for Case { option, allowed, right, wrong } in cases {
        for (value, change) in *right {
            let mut expected = T::default();
            change(&mut expected);
            let actual = read(&options(option, value)).unwrap_or_else(|error| panic!("{option} {value}: {error}"));
            assert_eq!(actual, expected, "{option} {value}");
        }
        for value in NEVER.iter().chain(*wrong) {
            let error = read(&options(option, value)).expect_err(option);
            // What was probably meant may stand behind it.
            let message = error.to_string();
            assert!(message.starts_with(&format!("{option} must be {allowed}, got {value}")), "{message}");
            assert_eq!(error.code(), Code::InvalidOption);
        }
        // What a NaN, an infinity or an unset variable of a client arrives as: nothing is said.
        let parent = option.rsplit_once('.').map(|(parent, _)| parent);
        let unsaid = parent.map_or_else(Options::new, |parent| options(parent, "{}"));
        assert_eq!(read(&options(option, "null")).expect(option), read(&unsaid).expect(option), "{option} null");
    }
    let mut objects: Vec<&str> = cases.iter().filter_map(|case| Some(case.option.rsplit_once('.')?.0)).collect();
    objects.dedup();
    for object in objects.into_iter().chain([""]) {
        let prefix = if object.is_empty() { String::new() } else { format!("{object}.") };
        let error = read(&options(&format!("{prefix}widht"), "1")).expect_err("no option has this name");
        let Error::UnknownOption { option, mut known, .. } = error else { panic!("{prefix}widht: {error}") };
        assert_eq!(option, format!("\"{prefix}widht\""));
        let mut tested: Vec<&str> = cases.iter().filter_map(|case| case.option.strip_prefix(&prefix)).collect();
        tested.retain(|name| !name.contains('.'));
        known.sort_unstable();
        tested.sort_unstable();
        assert_eq!(tested, known, "the options of {object}");
    }
}

#[test]
fn options_refuse_numbers_that_json_does_not_have() {
    for number in ["NaN", "Infinity", "-Infinity", "1e309", "-1e309", "0x10", "01", "1.", ".5", "+1"] {
        let error = parse_list(&format!("[{{\"imageIndex\":0,\"width\":{number}}}]")).expect_err(number);
        assert_eq!(error.code(), Code::InvalidOption);
        assert!(error.to_string().starts_with("transforms is not JSON: "), "{error}");
    }
}
