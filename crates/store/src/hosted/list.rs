//! Lists of pictures, a page at a time. Drafts are in none.

use std::time::SystemTime;

use rusqlite::{params_from_iter, types::Value as Sql};

use super::filter::{Condition, check_conditions};
use super::id::excerpt;
use super::image::{COLUMNS, Image, from_row, to_ms};
use super::{Hosted, HostedError};

/// The order of a list, by the time of the upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest first.
    Ascending,
    /// The newest first.
    Descending,
}

/// What a list is to have.
#[derive(Clone, Debug)]
pub struct Query {
    /// The pictures of a page, 1 to [`Query::MAX_LIMIT`].
    pub limit: u64,
    /// Its order.
    pub order: Order,
    /// Only those of this creator; an empty text for those of nobody.
    pub creator: Option<String>,
    /// Conditions on metadata, all of which must hold.
    pub conditions: Vec<Condition>,
    /// Where the page before ended: its [`Page::next`].
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The pictures.
    pub images: Vec<Image>,
    /// Where the next page begins; nothing if this is the last one.
    pub next: Option<String>,
}

impl Query {
    /// The most pictures of a page.
    pub const MAX_LIMIT: u32 = 10_000;
}

impl Hosted {
    /// Returns a page of a list.
    ///
    /// # Errors
    ///
    /// [`HostedError::PageSize`], [`HostedError::Continuation`], [`HostedError::Filter`], [`HostedError::Database`].
    pub fn list(&self, query: &Query) -> Result<Page, HostedError> {
        let limit = page_size(query.limit, Query::MAX_LIMIT)?;
        check_conditions(&query.conditions)?;
        let after = query.after.as_deref().map(read_token).transpose()?;
        let (sign, direction) = match query.order {
            Order::Ascending => ('>', "ASC"),
            Order::Descending => ('<', "DESC"),
        };
        let mut sql = format!("SELECT {COLUMNS} FROM image WHERE file IS NOT NULL");
        let mut values: Vec<Sql> = Vec::new();
        if let Some((ms, id)) = after {
            sql.push_str(&format!(" AND (uploaded_ms, id) {sign} (?, ?)"));
            values.extend([Sql::Integer(ms), Sql::Text(id)]);
        }
        match query.creator.as_deref() {
            None => {}
            Some("") => sql.push_str(" AND creator IS NULL"),
            Some(creator) => {
                sql.push_str(" AND creator = ?");
                values.push(Sql::Text(creator.to_owned()));
            }
        }
        sql.push_str(&format!(" ORDER BY uploaded_ms {direction}, id {direction}"));

        let mut images = self.database.read(|connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(values), from_row)?;
            let holds = |image: &Image| query.conditions.iter().all(|condition| condition.holds(&image.metadata));
            let wanted = rows.filter(|image| image.as_ref().map_or(true, holds));
            // One more tells whether there is another page.
            Ok(wanted.take(limit + 1).collect::<Result<Vec<_>, _>>()?)
        })?;
        let is_last = images.len() <= limit;
        images.truncate(limit);
        let next = images.last().filter(|_| !is_last).map(|image| write_token(image.uploaded, &image.id));
        Ok(Page { images, next })
    }

    /// Returns a page of all pictures, the newest first, by its number from 1.
    ///
    /// # Errors
    ///
    /// [`HostedError::PageSize`], [`HostedError::Database`].
    pub fn page(
        &self,
        number: u32,
        size: u64,
        max_size: u32,
        creator: Option<&str>,
    ) -> Result<Vec<Image>, HostedError> {
        let size = page_size(size, max_size)?;
        let skipped = u64::from(number.saturating_sub(1)).saturating_mul(size as u64);
        let skipped = i64::try_from(skipped).unwrap_or(i64::MAX);
        let of_creator = match creator {
            None => "?1 IS NULL",
            Some("") => "?1 = '' AND creator IS NULL",
            Some(_) => "creator = ?1",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM image WHERE file IS NOT NULL AND {of_creator} ORDER BY uploaded_ms DESC, id DESC LIMIT ?2 OFFSET ?3"
        );
        self.database.read(|connection| {
            let mut statement = connection.prepare(&sql)?;
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            let rows = statement.query_map(rusqlite::params![creator, size, skipped], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Checks the size of a page.
fn page_size(asked: u64, max: u32) -> Result<usize, HostedError> {
    let size = usize::try_from(asked).ok().filter(|_| (1..=u64::from(max)).contains(&asked));
    size.ok_or(HostedError::PageSize { asked, max })
}

/// Names the place behind a picture: hexadecimal digits of its time, and its id.
fn write_token(uploaded: SystemTime, id: &str) -> String {
    format!("{:x}.{id}", to_ms(uploaded))
}

/// Reads such a name.
fn read_token(token: &str) -> Result<(i64, String), HostedError> {
    let cut = token.split_once('.').filter(|(_, id)| !id.is_empty());
    let read = cut.and_then(|(ms, id)| Some((i64::from_str_radix(ms, 16).ok()?, id.to_owned())));
    read.ok_or_else(|| HostedError::Continuation { token: excerpt(token) })
}
