//! A flag for every option of a `transform`, made from the protocol's list of them.

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};
use palmette::ops::Transform;
use palmette::protocol::{OptionObject, Options};
use serde_json::Value;

/// The options of a transform that were given as flags.
#[derive(Debug)]
pub(crate) struct OptionFlags(pub(crate) Options);

impl Args for OptionFlags {
    fn augment_args(command: Command) -> Command {
        let flags = Transform::OPTIONS.iter().map(|option| {
            Arg::new(option.name)
                .long(option.name)
                .value_name("VALUE")
                .help(format!("{} ({})", option.summary, option.allowed))
                .allow_hyphen_values(true)
                .conflicts_with("request")
        });
        command.next_help_heading("Options of the transform").args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OptionFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |name: &str| Some((name.to_owned(), to_json(matches.get_one::<String>(name)?)));
        Ok(Self(Transform::OPTIONS.iter().filter_map(|option| value(option.name)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Turns the text of a flag into the JSON that the wire would carry: itself where it is JSON, else a string.
pub(crate) fn to_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_json_where_they_can_be() {
        let values = ["100", "-0.5", "true", "cover", "#fff", "000", r#"{"x":0.5,"y":0}"#, "rgb(0 0 0)", "\"7\""];
        let expected = json!([100, -0.5, true, "cover", "#fff", "000", {"x": 0.5, "y": 0}, "rgb(0 0 0)", "7"]);
        assert_eq!(Value::from_iter(values.map(to_json)), expected);
    }
}
