//! What each result is called, and which of them this run makes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use palmette::protocol::OutputFormat;
use palmette_store::{Found, Key, Object, Results};

use super::BatchError;
use super::recipe::Recipes;
use super::shard::Shard;
use crate::error::Error;
use crate::request_flags::format_called;
use crate::srcset::{self, Widths};

/// One picture to make, in one width or several.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) source: Object,
    /// The results, in the order in which the recipe makes them.
    pub(super) targets: Vec<Key>,
    pub(super) format: OutputFormat,
}

/// Names the results, and keeps those of this run's share. The recipe of each format is made on the way.
///
/// What was named twice is made once. Sources that would write the same result are in the same share, so it does not matter that those of
/// other shares are not looked at.
pub(super) fn jobs(
    sources: Vec<Found>,
    shard: Option<Shard>,
    widths: Option<&Widths>,
    recipes: &mut Recipes<'_>,
    results: &Results,
) -> Result<Vec<Job>, Error> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut taken: HashMap<Key, usize> = HashMap::new();
    for Found { object: source, key } in sources {
        let format = recipes.format_of(&key, &source)?;
        let target = target(&key, format);
        if shard.is_some_and(|shard| !shard.has(&target)) {
            continue;
        }
        match taken.entry(target) {
            Entry::Occupied(taken) if jobs[*taken.get()].source.is_same_as(&source) => continue,
            Entry::Occupied(taken) => {
                let (first, target) = (jobs[*taken.get()].source.to_string(), results.name(taken.key()));
                return Err(BatchError::SameTarget { first, second: source.to_string(), target }.into());
            }
            Entry::Vacant(free) => {
                let targets = match widths {
                    None => vec![free.key().clone()],
                    Some(widths) => widths.iter().map(|width| of_width(free.key(), width)).collect(),
                };
                if targets.iter().any(|target| results.is_at(target, &source)) {
                    return Err(BatchError::OverSource { named: source.to_string() }.into());
                }
                free.insert(jobs.len());
                jobs.push(Job { source, targets, format });
            }
        }
    }
    Ok(jobs)
}

/// Names the result of a source: with the extension of its format, unless its own already stands for that.
fn target(key: &Key, format: OutputFormat) -> Key {
    let is_own = key.extension().and_then(format_called) == Some(format);
    if is_own { key.clone() } else { key.with_extension(extension(format)) }
}

/// Names the result of a width: `a/b.webp` becomes `a/b-320.webp`.
fn of_width(key: &Key, width: u32) -> Key {
    let path = srcset::path_of_width(Path::new(key.as_str()), width);
    let name = path.to_str().and_then(Key::parse);
    name.expect("a key stays one where digits come into its last part")
}

/// Returns the extension of files of a format.
const fn extension(format: OutputFormat) -> &'static str {
    match format {
        OutputFormat::Jpeg => "jpg",
        OutputFormat::Png => "png",
        OutputFormat::Gif => "gif",
        OutputFormat::Webp => "webp",
        OutputFormat::Avif => "avif",
        OutputFormat::Rgb => "rgb",
        OutputFormat::Rgba => "rgba",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_the_extension_of_their_format() {
        for (source, format, result) in [
            ("a/b.jpg", OutputFormat::Webp, "a/b.webp"),
            ("a/b.JPEG", OutputFormat::Jpeg, "a/b.JPEG"),
            ("a/b.tif", OutputFormat::Jpeg, "a/b.jpg"),
            ("a.b/c", OutputFormat::Png, "a.b/c.png"),
            ("a.webp.gif", OutputFormat::Webp, "a.webp.webp"),
            ("a.png", OutputFormat::Rgba, "a.rgba"),
        ] {
            assert_eq!(target(&Key::parse(source).unwrap(), format).as_str(), result);
        }
    }

    #[test]
    fn results_of_widths_have_them_in_their_names() {
        for (key, result) in [("a/b.webp", "a/b-320.webp"), ("b", "b-320"), ("a.b/c.d.png", "a.b/c.d-320.png")] {
            assert_eq!(of_width(&Key::parse(key).unwrap(), 320).as_str(), result);
        }
    }
}
