//! Pictures that are hosted: where the store is.

use std::fs;
use std::path::PathBuf;

use palmette_store::hosted::{HostedPlace, PostgresUrl};
use palmette_store::{Buckets, Place};

use super::ConfigError;

/// Pictures that are hosted: where the store of them is, and whose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostedConfig {
    /// The folder of the store, which is made when it is first needed; default none. Without it and [`database`](Self::database) no pictures
    /// are hosted.
    pub folder: Option<PathBuf>,
    /// The URL of the database; default that of the folder.
    pub database: Option<String>,
    /// The file of the password for it; default none.
    pub database_password_file: Option<PathBuf>,
    /// The folder or the URL of the bucket of the pictures; default in the folder.
    pub pictures: Option<String>,
    /// The only account id that the API answers for; default any.
    pub account: Option<String>,
    /// The origin that URLs of pictures begin with, without a slash at the end; default that of the request.
    pub url: Option<String>,
}

impl HostedConfig {
    /// Tells whether pictures are hosted.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.folder.is_some() || self.database.is_some()
    }

    /// Returns where the store is, if there is to be one. Nothing is asked yet, but the file of the password is read.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Hosted`], [`ConfigError::HostedPassword`], [`ConfigError::HostedHalf`].
    pub fn place(&self) -> Result<Option<HostedPlace>, ConfigError> {
        let pictures = self.pictures.as_ref().map(|text| Place::parse(text, &Buckets::default()));
        let pictures = pictures.transpose().map_err(|error| ConfigError::Hosted(error.into()))?;
        let in_folder = self.folder.as_deref().map(HostedPlace::folder);
        let place = match (&self.database, in_folder, pictures) {
            (None, None, None) => return Ok(None),
            (None, None, Some(_)) => {
                return Err(ConfigError::HostedHalf { given: "hosted.pictures", missing: "hosted.database" });
            }
            (None, Some(place), None) => place,
            (None, Some(place), Some(pictures)) => place.with_pictures(pictures),
            (Some(url), _, Some(pictures)) => HostedPlace::postgres(self.postgres(url)?, pictures),
            (Some(url), Some(place), None) => HostedPlace::postgres(self.postgres(url)?, place.pictures().clone()),
            (Some(_), None, None) => {
                return Err(ConfigError::HostedHalf { given: "hosted.database", missing: "hosted.pictures" });
            }
        };
        Ok(Some(place))
    }

    /// Reads the URL of the database, and its password.
    fn postgres(&self, url: &str) -> Result<PostgresUrl, ConfigError> {
        let password = self.database_password_file.as_ref().map(|path| {
            let failed = |source| ConfigError::HostedPassword { path: path.clone(), source };
            fs::read_to_string(path).map_err(failed)
        });
        let password = password.transpose()?;
        // An editor ends a file with a line break, and a password has none.
        let password = password.as_deref().map(|text| text.trim_end_matches(['\r', '\n']));
        PostgresUrl::parse(url, password).map_err(ConfigError::Hosted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosted_settings_say_where_everything_is() {
        let config = |folder: Option<&str>, database: Option<&str>, pictures: Option<&str>| HostedConfig {
            folder: folder.map(Into::into),
            database: database.map(str::to_owned),
            pictures: pictures.map(str::to_owned),
            ..HostedConfig::default()
        };
        let pictures = |config: &HostedConfig| {
            let place = config.place().map_err(|error| error.to_string())?;
            Ok(place.and_then(|place| place.pictures().path().map(|path| path.to_str().unwrap().to_owned())))
        };
        assert!(!config(None, None, None).is_on());
        assert_eq!(pictures(&config(None, None, None)), Ok(None));
        assert_eq!(pictures(&config(Some("/a"), None, None)), Ok(Some("/a/pictures".to_owned())));
        assert_eq!(pictures(&config(Some("/a"), None, Some("/b"))), Ok(Some("/b".to_owned())));
        let half: Result<_, String> = pictures(&config(None, None, Some("/b")));
        assert!(half.unwrap_err().contains("`hosted.database` is not"));
        let half: Result<_, String> = pictures(&config(None, Some("postgres://db/pictures"), None));
        assert!(half.unwrap_err().contains("`hosted.pictures` is not"));
        let wrong: Result<_, String> = pictures(&config(Some("/a"), None, Some("ftp://b")));
        assert!(wrong.unwrap_err().contains("ftp://b"));
    }
}
