//! A flag for every setting of the server, made from the server's list of them.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use palmette_server::config::{FlagForm, SETTINGS, Setting};

/// The settings that were given as flags.
#[derive(Debug, Default)]
pub(crate) struct SettingFlags(Vec<(&'static Setting, String)>);

impl SettingFlags {
    /// Returns the given settings, unparsed.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static Setting, String)> {
        self.0.iter().map(|(setting, value)| (*setting, value.clone()))
    }
}

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        command.args(SETTINGS.iter().map(|setting| {
            let flag = Arg::new(setting.key).long(setting.flag).value_name("VALUE").help(setting.doc);
            match setting.flag_form() {
                FlagForm::Value => flag,
                FlagForm::List => flag.action(ArgAction::Append),
                FlagForm::Switch => flag.num_args(0..=1).require_equals(true).default_missing_value("on"),
            }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |setting: &'static Setting| {
            let values: Vec<&str> = matches.get_many::<String>(setting.key)?.map(String::as_str).collect();
            Some((setting, values.join(",")))
        };
        Ok(Self(SETTINGS.iter().filter_map(value).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
