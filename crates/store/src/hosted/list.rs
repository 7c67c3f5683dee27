//! Lists of pictures, a page at a time. Drafts are in none.

use std::time::SystemTime;

use super::database::Value;
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
        // Conditions are not for the database to know, so it is asked for more than a page at once where there are some.
        const SEARCHED: usize = 1000;
        let batch = if query.conditions.is_empty() { limit + 1 } else { SEARCHED.max(limit + 1) };
        let creator = query.creator.as_deref();
        let mut images = self.database.read(|transaction| {
            let (mut found, mut after) = (Vec::new(), after);
            loop {
                let (sql, values) = select(query.order, creator, after.as_ref(), batch, 0);
                let rows = transaction.query(&sql, &values)?;
                let searched = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
                after = searched.last().map(|image| (to_ms(image.uploaded), image.id.clone()));
                let holds = |image: &Image| query.conditions.iter().all(|condition| condition.holds(&image.metadata));
                // One more tells whether there is another page.
                found.extend(searched.into_iter().filter(holds).take(limit + 1 - found.len()));
                if rows.len() < batch || found.len() > limit {
                    return Ok(found);
                }
            }
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
        let (sql, values) = select(Order::Descending, creator, None, size, skipped);
        self.database.read(|transaction| transaction.query(&sql, &values)?.iter().map(from_row).collect())
    }
}

/// Asks for pictures in order, behind one of them if that is said.
fn select(
    order: Order,
    creator: Option<&str>,
    after: Option<&(i64, String)>,
    limit: usize,
    skipped: u64,
) -> (String, Vec<Value>) {
    let (sign, direction) = match order {
        Order::Ascending => ('>', "ASC"),
        Order::Descending => ('<', "DESC"),
    };
    let mut values: Vec<Value> = Vec::new();
    let mut place_of = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut sql = format!("SELECT {COLUMNS} FROM image WHERE file IS NOT NULL");
    if let Some((ms, id)) = after {
        let (ms, id) = (place_of((*ms).into()), place_of(id.as_str().into()));
        sql.push_str(&format!(" AND (uploaded_ms, id) {sign} ({ms}, {id})"));
    }
    match creator {
        None => {}
        Some("") => sql.push_str(" AND creator IS NULL"),
        Some(creator) => sql.push_str(&format!(" AND creator = {}", place_of(creator.into()))),
    }
    let limit = place_of(i64::try_from(limit).unwrap_or(i64::MAX).into());
    let skipped = place_of(i64::try_from(skipped).unwrap_or(i64::MAX).into());
    sql.push_str(&format!(" ORDER BY uploaded_ms {direction}, id {direction} LIMIT {limit} OFFSET {skipped}"));
    (sql, values)
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
