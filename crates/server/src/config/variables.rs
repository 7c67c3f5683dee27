//! Variables of the environment that look like settings and are none: misspelt ones, which would else be ignored in silence.

use std::fmt;

use palmette_protocol::nearest;

use super::raw::Strings;
use super::settings::{SETTINGS, Setting};

/// What all our variables begin with.
const PREFIX: &str = "PALMETTE_";

/// Variables that others of our programs read: clients, the npm package, scripts, benches and tests.
const OF_OTHERS: [&str; 15] = [
    "PALMETTE_BENCH_PHOTO",
    "PALMETTE_BINARY",
    "PALMETTE_CLIENT_CA_FILE",
    "PALMETTE_CLIENT_TOKEN",
    "PALMETTE_GPU",
    "PALMETTE_JPEG_EXCHANGE",
    "PALMETTE_PACKAGES",
    "PALMETTE_PYTHON_MODULE",
    "PALMETTE_RUN",
    "PALMETTE_SECOND_DRIVER",
    "PALMETTE_UPDATE_PICTURES",
    "PALMETTE_URL",
    "PALMETTE_VALIDATION",
    "PALMETTE_VALIDATION_MISTAKE",
    "PALMETTE_WHEEL",
];

/// What the variables of tests begin with.
const OF_TESTS: [&str; 2] = ["PALMETTE_FAULT_", "PALMETTE_TEST_"];

/// A variable that looks like a setting and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVariable {
    /// Its name.
    pub name: String,
    /// The variable that was probably meant.
    pub meant: Option<String>,
}

impl UnknownVariable {
    /// Finds all of an environment, in the order of their names.
    ///
    /// Those that Kubernetes and Docker set beside a service whose name begins with `palmette` are not among them, such as
    /// `PALMETTE_SERVICE_HOST`.
    #[must_use]
    pub fn find(strings: &dyn Strings) -> Vec<Self> {
        let settings: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
        let known: Vec<&str> = settings.iter().map(String::as_str).chain(OF_OTHERS).collect();
        let is_foreign = |name: &str| {
            let value = || strings.get(name).ok().flatten().unwrap_or_default();
            OF_TESTS.iter().any(|of| name.starts_with(of)) || is_service_link(name, &value())
        };
        let mut names = strings.names();
        names.retain(|name| name.starts_with(PREFIX) && !known.contains(&name.as_str()) && !is_foreign(name));
        names.sort_unstable();
        let unknown = |name: String| {
            // A name that goes on where this one ends is likelier than one that is spelt alike.
            let longer = known.iter().find(|known| known.starts_with(&format!("{name}_")));
            let alike = || nearest(after_prefix(&name), known.iter().map(|known| after_prefix(known)));
            let meant = longer.map(|longer| after_prefix(longer)).or_else(alike);
            Self { meant: meant.map(|meant| format!("{PREFIX}{meant}")), name }
        };
        names.into_iter().map(unknown).collect()
    }
}

impl fmt::Display for UnknownVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "environment variable `{}` is not a setting, and is ignored", self.name)?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean {meant}?"),
            None => Ok(()),
        }
    }
}

fn after_prefix(name: &str) -> &str {
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// Tells whether a variable is one that tells containers where a service is.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // NAME_PORT=tcp://10.0.0.1:9901, and NAME_PORT_9901_TCP_ADDR and so on.
    let is_port = name.split("_PORT_").nth(1).and_then(|rest| rest.split('_').next()).is_some_and(is_number);
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && value.contains("://"))
        || is_port
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn lines(variables: &[(&'static str, &'static str)]) -> Vec<String> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        UnknownVariable::find(&variables).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn variables_that_are_misspelt_are_named() {
        assert_eq!(
            lines(&[
                ("PALMETTE_LIMITS_TIMEOUT", "1"),
                ("PALMETTE_LIMIT_TIMEOUT_MS", "1"),
                ("PALMETTE_COLOUR", "red"),
                ("PALMETTE_CLIENT_TOKN", "secret"),
                ("PALMETTE_SERVER_PORT", "80"),
                ("PALMETTE_SERVER_TOKEN", "secret"),
                ("PATH", "/bin"),
            ]),
            [
                "environment variable `PALMETTE_CLIENT_TOKN` is not a setting, and is ignored; did you mean PALMETTE_CLIENT_TOKEN?",
                "environment variable `PALMETTE_COLOUR` is not a setting, and is ignored",
                "environment variable `PALMETTE_LIMITS_TIMEOUT` is not a setting, and is ignored; did you mean PALMETTE_LIMITS_TIMEOUT_MS?",
                "environment variable `PALMETTE_LIMIT_TIMEOUT_MS` is not a setting, and is ignored; did you mean PALMETTE_LIMITS_TIMEOUT_MS?",
                "environment variable `PALMETTE_SERVER_PORT` is not a setting, and is ignored",
                "environment variable `PALMETTE_SERVER_TOKEN` is not a setting, and is ignored; did you mean PALMETTE_SERVER_TOKEN_FILE?",
            ]
        );
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        assert!(
            lines(&[("PALMETTE_URL", ""), ("PALMETTE_TEST_ADAPTER", ""), ("PALMETTE_LIMITS_TIMEOUT_MS", "1")])
                .is_empty()
        );
        // What Kubernetes sets beside services palmette and palmette-server.
        let links = [
            ("PALMETTE_SERVICE_HOST", "10.0.0.1"),
            ("PALMETTE_SERVICE_PORT", "9901"),
            ("PALMETTE_SERVICE_PORT_HTTP", "9901"),
            ("PALMETTE_SERVER_PORT", "tcp://10.0.0.1:9901"),
            ("PALMETTE_PORT_9901_TCP", "tcp://10.0.0.1:9901"),
            ("PALMETTE_PORT_9901_TCP_ADDR", "10.0.0.1"),
        ];
        assert_eq!(lines(&links), Vec::<String>::new());
    }
}
