//! The store as its users see it: what it keeps, what it refuses, and what others that have it open see of that.
//!
//! Each rule is a function of a [`Home`]. It is tried with the database in SQLite and the pictures in a folder, with the pictures in a bucket,
//! and with the database in a real Postgres.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;

/// Where a store is for a test, empty at first.
struct Home {
    _folder: tempfile::TempDir,
    place: HostedPlace,
}

impl Home {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = HostedPlace::folder(folder.path());
        Self { _folder: folder, place }
    }

    #[cfg(feature = "buckets")]
    fn bucket() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = HostedPlace::folder(folder.path()).with_pictures(crate::Place::in_memory("hosted/"));
        Self { _folder: folder, place }
    }

    #[cfg(all(feature = "postgres", unix))]
    fn postgres(server: &palmette_test_postgres::Postgres, database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = PostgresUrl::parse(&server.database(database), Some(palmette_test_postgres::PASSWORD)).unwrap();
        let place = HostedPlace::postgres(url, crate::Place::folder(folder.path().join("pictures")));
        Self { _folder: folder, place }
    }

    fn open(&self) -> Hosted {
        Hosted::open_at(&self.place).unwrap()
    }

    /// Lists the names of pictures that are written.
    fn pictures(&self) -> Vec<String> {
        let found = self.place.pictures().list(usize::MAX, None).unwrap();
        let names = found.into_iter().map(|found| found.key.to_string().rsplit('/').next().unwrap().to_owned());
        names.filter(|name| is_uuid(name)).collect()
    }
}

/// Makes the tests of all rules.
macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        mod in_a_folder {
            $(#[test]
            fn $rule() {
                super::$rule(&super::Home::sqlite());
            })*
        }

        #[cfg(feature = "buckets")]
        mod in_a_bucket {
            $(#[test]
            fn $rule() {
                super::$rule(&super::Home::bucket());
            })*
        }

        /// One server for all, each in a database of its own.
        #[cfg(all(feature = "postgres", unix))]
        #[test]
        fn hosted_rules_hold_in_postgres() {
            let server = palmette_test_postgres::Postgres::start();
            let rules: &[(&str, fn(&Home))] = &[$((stringify!($rule), $rule)),*];
            for (name, rule) in rules {
                eprintln!("{name}");
                rule(&Home::postgres(&server, name));
            }
        }
    };
}

rules!(
    hosted_pictures_come_change_and_go,
    hosted_bytes_that_are_lost_are_no_picture_that_was_removed,
    hosted_privacy_changes_the_id,
    hosted_ids_are_there_once,
    hosted_texts_are_kept,
    hosted_lists_have_pages,
    hosted_lists_are_searched_to_their_end,
    hosted_drafts_wait_for_their_picture,
    hosted_drafts_expire,
    hosted_variants_keep_the_rules,
    hosted_keys_rotate,
    hosted_settings_have_bounds,
    hosted_stores_are_shared,
    hosted_limits_hold_for_all_servers,
    hosted_stores_are_swept,
    hosted_stores_of_newer_versions_are_left_alone,
    hosted_pictures_of_other_stores_are_left_alone,
);

fn file(text: &'static str) -> NewFile {
    NewFile { filename: Some("a.png".to_owned()), content_type: "image/png".to_owned(), bytes: text.into() }
}

fn named(id: &str) -> NewImage {
    NewImage { id: Some(id.to_owned()), file: file("bytes"), ..NewImage::default() }
}

fn about(metadata: &str, creator: Option<&str>) -> About {
    About {
        metadata: Metadata::parse(metadata).unwrap(),
        creator: creator.map(str::to_owned),
        requires_signed_urls: false,
    }
}

fn query() -> Query {
    Query { limit: 100, order: Order::Ascending, creator: None, conditions: Vec::new(), after: None }
}

fn ids(images: &[Image]) -> Vec<&str> {
    images.iter().map(|image| image.id.as_str()).collect()
}

fn hosted_pictures_come_change_and_go(home: &Home) {
    let hosted = home.open();
    let new = NewImage { about: about(r#"{"a":1}"#, Some("ann")), file: file("one"), id: None };
    let image = hosted.upload(new).unwrap();
    assert!(is_uuid(&image.id) && !image.is_draft() && !image.requires_signed_urls);
    assert_eq!(hosted.image(&image.id).unwrap().as_ref(), Some(&image));
    assert_eq!(hosted.bytes(&image).unwrap().unwrap(), "one");
    assert_eq!((image.filename.as_deref(), image.content_type.as_deref()), (Some("a.png"), Some("image/png")));
    assert!(image.uploaded.elapsed().unwrap() < Duration::from_secs(60));

    let change = ImageChange { metadata: Some(Metadata::parse(r#"{"b":2}"#).unwrap()), ..ImageChange::default() };
    let changed = hosted.change(&image.id, change).unwrap();
    assert_eq!(changed.metadata, Metadata::parse(r#"{"b":2}"#).unwrap(), "it is replaced");
    assert_eq!((changed.creator.as_deref(), &changed.id), (Some("ann"), &image.id), "the rest stays");
    let change = ImageChange { creator: Some(String::new()), ..ImageChange::default() };
    assert_eq!(hosted.change(&image.id, change).unwrap().creator, None);

    assert_eq!((hosted.count().unwrap(), home.pictures().len()), (1, 1));
    assert!(hosted.delete(&image.id).unwrap() && !hosted.delete(&image.id).unwrap());
    assert_eq!((hosted.count().unwrap(), home.pictures().len()), (0, 0));
    assert_eq!(hosted.image(&image.id).unwrap(), None);
    assert_eq!(hosted.bytes(&image).unwrap(), None, "it went in between");
    let missing = hosted.change(&image.id, ImageChange::default()).unwrap_err();
    assert_eq!(missing.class(), HostedClass::Missing);
}

fn hosted_bytes_that_are_lost_are_no_picture_that_was_removed(home: &Home) {
    let hosted = home.open();
    let image = hosted.upload(named("cat")).unwrap();
    assert!(hosted.pictures.remove(&home.pictures()[0]));
    let lost = hosted.bytes(&image).unwrap_err();
    assert_eq!(lost.class(), HostedClass::Ours);
    assert!(lost.to_string().contains("`cat`"), "{lost}");
    assert!(hosted.delete("cat").unwrap());
    assert_eq!(hosted.bytes(&image).unwrap(), None);
}

fn hosted_privacy_changes_the_id(home: &Home) {
    let hosted = home.open();
    let image = hosted.upload(NewImage { file: file("one"), ..NewImage::default() }).unwrap();
    let require = |requires| ImageChange { requires_signed_urls: Some(requires), ..ImageChange::default() };
    assert_eq!(hosted.change(&image.id, require(false)).unwrap().id, image.id, "nothing changes");
    let private = hosted.change(&image.id, require(true)).unwrap();
    assert!(private.requires_signed_urls && private.id != image.id && is_uuid(&private.id));
    assert_eq!(hosted.image(&image.id).unwrap(), None, "nobody finds it by the URL that they know");
    assert_eq!(hosted.bytes(&private).unwrap().unwrap(), "one");

    hosted.upload(named("cat")).unwrap();
    assert!(matches!(hosted.change("cat", require(true)), Err(HostedError::PrivateCustomId)));
    let about = About { requires_signed_urls: true, ..About::default() };
    let refused = hosted.upload(NewImage { about, ..named("dog") });
    assert!(matches!(refused, Err(HostedError::PrivateCustomId)));
}

fn hosted_ids_are_there_once(home: &Home) {
    let hosted = home.open();
    hosted.upload(named("cats/tom 100%")).unwrap();
    let refused = hosted.upload(named("cats/tom 100%")).unwrap_err();
    assert_eq!(
        (refused.class(), refused.to_string().as_str()),
        (HostedClass::Exists, "there is a picture `cats/tom 100%` already")
    );
    assert!(matches!(hosted.upload(named("/a")), Err(HostedError::Id(_))));
    let large = NewFile { bytes: vec![0; MAX_PICTURE_BYTES + 1].into(), ..file("") };
    let refused = hosted.upload(NewImage { file: large, ..named("large") });
    assert!(matches!(refused, Err(HostedError::TooLarge { max_bytes: 10_000_000 })));
    assert_eq!(home.pictures().len(), 1, "nothing is left of those that were refused");
}

fn hosted_texts_are_kept(home: &Home) {
    let hosted = home.open();
    for (number, text) in ["ünï 🐈", "a\0b", "\u{1a}0\0", "$1 ' \" \\ %", "\n\t"].into_iter().enumerate() {
        let metadata = serde_json::json!({ "text": text }).to_string();
        let file = NewFile { filename: Some(text.to_owned()), ..file("bytes") };
        let new = NewImage { about: about(&metadata, Some(text)), file, id: Some(format!("🐈 {number}")) };
        let image = hosted.upload(new).unwrap();
        assert_eq!((image.filename.as_deref(), image.creator.as_deref()), (Some(text), Some(text)));
        assert_eq!(hosted.image(&image.id).unwrap().as_ref(), Some(&image));
        let of = hosted.list(&Query { creator: Some(text.to_owned()), ..query() }).unwrap().images;
        assert_eq!(of, [image]);
        assert_eq!((hosted.image(text).unwrap(), hosted.delete(text).unwrap()), (None, false));
    }
}

fn hosted_lists_are_searched_to_their_end(home: &Home) {
    let hosted = home.open();
    // Many of the same moment, so that ids decide, by their bytes.
    let new = |number: u32| {
        let wanted = if [0, 999, 1500, 2499].contains(&number) { "yes" } else { "no" };
        Image {
            id: format!("{}{number:04}", if number.is_multiple_of(2) { 'B' } else { 'a' }),
            filename: None,
            content_type: Some("image/png".to_owned()),
            uploaded: SystemTime::UNIX_EPOCH + Duration::from_secs(1),
            requires_signed_urls: false,
            metadata: Metadata::parse(&format!(r#"{{"wanted":"{wanted}"}}"#)).unwrap(),
            creator: None,
            link_until: None,
            file: Some(id::new_id()),
        }
    };
    let written =
        hosted.database.write(|transaction| (0..2500).try_for_each(|number| image::put(transaction, &new(number))));
    written.unwrap();
    let conditions = vec![Condition::parse("wanted", "yes").unwrap()];
    for (order, expected) in [
        (Order::Ascending, ["B0000", "B1500", "a0999", "a2499"]),
        (Order::Descending, ["a2499", "a0999", "B1500", "B0000"]),
    ] {
        let query = Query { limit: 3, order, conditions: conditions.clone(), ..query() };
        let first = hosted.list(&query).unwrap();
        assert_eq!(ids(&first.images), expected[..3]);
        let rest = hosted.list(&Query { after: first.next, ..query }).unwrap();
        assert_eq!((ids(&rest.images), rest.next), (expected[3..].to_vec(), None));
    }
    let all = hosted.list(&Query { limit: 2500, ..query() }).unwrap();
    assert_eq!((all.images.len(), all.next), (2500, None));
}

fn hosted_lists_have_pages(home: &Home) {
    let hosted = home.open();
    for (id, creator) in [("a", None), ("b", Some("ann")), ("c", Some("bob")), ("d", Some("ann")), ("e", None)] {
        hosted.upload(NewImage { about: about(&format!(r#"{{"id":"{id}"}}"#), creator), ..named(id) }).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    for order in [Order::Ascending, Order::Descending] {
        let (mut all, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = hosted.list(&Query { limit: 2, order, after, ..query() }).unwrap();
            all.extend(page.images.iter().map(|image| image.id.clone()));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let expected = if order == Order::Ascending { "abcde" } else { "edcba" };
        assert_eq!((all.concat().as_str(), pages), (expected, 3));
    }
    let page = hosted.list(&Query { limit: 5, ..query() }).unwrap();
    assert_eq!(page.next, None, "a page that is just full is the last one");
    let of = |creator: &str| hosted.list(&Query { creator: Some(creator.to_owned()), ..query() }).unwrap().images;
    assert_eq!((ids(&of("ann")), ids(&of("")), of("Ann").len()), (vec!["b", "d"], vec!["a", "e"], 0));
    let conditions = vec![Condition::parse("id[in]", "e|b").unwrap()];
    assert_eq!(ids(&hosted.list(&Query { conditions, ..query() }).unwrap().images), ["b", "e"]);

    assert_eq!(ids(&hosted.page(1, 2, 100, None).unwrap()), ["e", "d"]);
    assert_eq!(ids(&hosted.page(3, 2, 100, None).unwrap()), ["a"]);
    assert_eq!(ids(&hosted.page(1, 2, 100, Some("ann")).unwrap()), ["d", "b"]);
    assert_eq!(ids(&hosted.page(1, 2, 100, Some("")).unwrap()), ["e", "a"]);

    for limit in [0, 10_001] {
        assert!(matches!(hosted.list(&Query { limit, ..query() }), Err(HostedError::PageSize { .. })), "{limit}");
    }
    assert!(matches!(hosted.page(1, 101, 100, None), Err(HostedError::PageSize { asked: 101, max: 100 })));
    for token in ["", "x", "zz.a", "12.", "-"] {
        let refused = hosted.list(&Query { after: Some(token.to_owned()), ..query() });
        assert!(matches!(refused, Err(HostedError::Continuation { .. })), "{token}");
    }
}

fn hosted_drafts_wait_for_their_picture(home: &Home) {
    let hosted = home.open();
    let until = SystemTime::now() + DEFAULT_LINK_LIFE;
    let draft = hosted.draft(None, about(r#"{"a":1}"#, Some("ann")), until).unwrap();
    assert!(draft.is_draft() && is_uuid(&draft.id));
    assert_eq!((hosted.count().unwrap(), hosted.list(&query()).unwrap().images.len()), (0, 0), "it is in no list");
    assert!(hosted.image(&draft.id).unwrap().unwrap().is_draft());
    assert_eq!(hosted.bytes(&draft).unwrap(), None);

    let image = hosted.fulfil(&draft.id, file("late")).unwrap();
    assert_eq!((image.is_draft(), &image.id, &image.metadata), (false, &draft.id, &draft.metadata));
    assert_eq!(hosted.bytes(&image).unwrap().unwrap(), "late");
    assert_eq!(hosted.list(&query()).unwrap().images.len(), 1);
    assert_eq!(hosted.fulfil(&draft.id, file("again")).unwrap_err().class(), HostedClass::Used);
    assert_eq!(hosted.fulfil("nobody", file("x")).unwrap_err().class(), HostedClass::Missing);
    hosted.upload(named("plain")).unwrap();
    assert_eq!(hosted.check_link("plain").unwrap_err().class(), HostedClass::Missing, "it came without a link");

    let custom = |id: &str, requires_signed_urls| {
        hosted.draft(Some(id.to_owned()), About { requires_signed_urls, ..About::default() }, until)
    };
    assert!(matches!(custom("mine", true), Err(HostedError::PrivateCustomId)));
    assert!(matches!(custom("2cdc28f0-017a-49c4-9ed7-87056c83901f", false), Err(HostedError::Id(_))));
    custom("mine", false).unwrap();
    assert_eq!(custom("mine", false).unwrap_err().class(), HostedClass::Exists);
    assert_eq!(hosted.upload(named("mine")).unwrap_err().class(), HostedClass::Exists);
    assert!(hosted.delete("mine").unwrap() && custom("mine", false).is_ok());

    for (life_s, is_ok) in [(118, false), (120, true), (21_600, true), (21_602, false)] {
        let until = SystemTime::now() + Duration::from_secs(life_s);
        assert_eq!(hosted.draft(None, About::default(), until).is_ok(), is_ok, "{life_s}");
    }
    assert!(hosted.draft(None, About::default(), SystemTime::UNIX_EPOCH).is_err());
}

fn hosted_drafts_expire(home: &Home) {
    let hosted = home.open();
    let draft = |id: &str| {
        let until = SystemTime::now() + DEFAULT_LINK_LIFE;
        hosted.draft(Some(id.to_owned()), About::default(), until).unwrap()
    };
    let expire = |id: &str, ago_s: u64| {
        let until = image::to_ms(SystemTime::now() - Duration::from_secs(ago_s));
        let sql = "UPDATE image SET link_until_ms = $1 WHERE id = $2";
        let changed = hosted.database.write(|transaction| transaction.execute(sql, &[until.into(), id.into()]));
        assert_eq!(changed.unwrap(), 1);
    };
    draft("a");
    expire("a", 5);
    assert_eq!(hosted.fulfil("a", file("late")).unwrap_err().class(), HostedClass::Expired);
    assert_eq!((hosted.image("a").unwrap(), hosted.delete("a").unwrap()), (None, false));
    hosted.upload(named("a")).unwrap();
    draft("b");
    expire("b", 25 * 3600);
    draft("c");
    assert_eq!(hosted.check_link("b").unwrap_err().class(), HostedClass::Missing, "that was long ago");
}

fn hosted_variants_keep_the_rules(home: &Home) {
    let hosted = home.open();
    let public = hosted.variant("public").unwrap().unwrap();
    assert_eq!((public.options, public.never_require_signed_urls), (VariantOptions::PUBLIC, false));
    let change = VariantChange {
        fit: Some("cover".to_owned()),
        width: Some(64),
        height: Some(48),
        metadata: Some("keep".to_owned()),
        never_require_signed_urls: Some(true),
    };
    let thumb = hosted.add_variant("thumb", &change).unwrap();
    assert_eq!(thumb.options, VariantOptions { fit: "cover", width: 64, height: 48, metadata: "keep" });
    assert!(thumb.never_require_signed_urls);
    assert_eq!(hosted.add_variant("thumb", &change).unwrap_err().class(), HostedClass::Exists);
    let wider = VariantChange { width: Some(65), ..VariantChange::default() };
    assert_eq!(hosted.change_variant("thumb", &wider).unwrap().options, VariantOptions { width: 65, ..thumb.options });
    assert_eq!(hosted.change_variant("none", &wider).unwrap_err().class(), HostedClass::Missing);

    for change in [
        VariantChange { width: Some(0), ..VariantChange::default() },
        VariantChange { height: Some(12_001), ..VariantChange::default() },
        VariantChange { fit: Some("squeeze".to_owned()), ..VariantChange::default() },
        VariantChange { metadata: Some("all".to_owned()), ..VariantChange::default() },
    ] {
        assert_eq!(hosted.add_variant("other", &change).unwrap_err().class(), HostedClass::Wrong, "{change:?}");
    }
    for name in ["", "a/b", "w=5", "a b", "ü", &"x".repeat(100)] {
        assert_eq!(hosted.add_variant(name, &wider).unwrap_err().class(), HostedClass::Wrong, "{name}");
    }
    hosted.delete_variant("thumb").unwrap();
    assert_eq!(hosted.delete_variant("thumb").unwrap_err().class(), HostedClass::Missing);
    for number in 1..MAX_VARIANTS {
        hosted.add_variant(&format!("v{number}"), &wider).unwrap();
    }
    assert_eq!(hosted.variants().unwrap().len(), 100);
    assert!(matches!(hosted.add_variant("v100", &wider), Err(HostedError::TooMany { max: 100, .. })));
}

fn hosted_keys_rotate(home: &Home) {
    let hosted = home.open();
    let first = hosted.key(DEFAULT_KEY).unwrap();
    assert_eq!(first.value.len(), 64);
    assert!(!format!("{first:?}").contains(&first.value), "it does not get into a log");
    let first = hosted.key(DEFAULT_KEY).unwrap();
    hosted.delete_key(DEFAULT_KEY).unwrap();
    let keys = hosted.keys().unwrap();
    assert!(keys.len() == 1 && keys[0].name == DEFAULT_KEY && keys[0] != first, "there is always one");
    hosted.put_key("other").unwrap();
    assert!(matches!(hosted.put_key("third"), Err(HostedError::TooMany { max: 2, .. })));
    hosted.put_key(DEFAULT_KEY).unwrap();
    assert_ne!(hosted.key(DEFAULT_KEY).unwrap().value, first.value);
    let names: Vec<_> = hosted.keys().unwrap().into_iter().map(|key| key.name).collect();
    assert_eq!(names, ["default", "other"]);
    hosted.delete_key("other").unwrap();
    assert_eq!(hosted.delete_key("other").unwrap_err().class(), HostedClass::Missing);
    assert_eq!(hosted.key("other").unwrap_err().class(), HostedClass::Missing);
    for name in ["", "a b", "a/b", &"x".repeat(65)] {
        assert!(matches!(hosted.put_key(name), Err(HostedError::KeyName { .. })), "{name}");
    }
}

fn hosted_settings_have_bounds(home: &Home) {
    let hosted = home.open();
    let first = hosted.settings().unwrap();
    assert_eq!((first.flexible_variants, first.browser_ttl.as_secs(), first.account_hash.len()), (false, 172_800, 22));
    let changed = hosted.configure(Some(true), Some(3600)).unwrap();
    assert_eq!(changed, HostedSettings { flexible_variants: true, browser_ttl: Duration::from_secs(3600), ..first });
    assert_eq!(hosted.configure(None, None).unwrap(), changed, "what is absent stays");
    for seconds in [0, 3599, 31_536_001] {
        assert!(matches!(hosted.configure(Some(false), Some(seconds)), Err(HostedError::BrowserTtl { .. })));
    }
    assert_eq!(home.open().settings().unwrap(), changed, "another server sees the same");
}

fn hosted_stores_are_shared(home: &Home) {
    let hosted = home.open();
    let others: Vec<Hosted> = (0..4).map(|_| home.open()).collect();
    // All of them want the same hundred ids, and each id goes to one of them.
    let won: Vec<HashSet<u32>> = std::thread::scope(|scope| {
        let work = |other: &Hosted| {
            let upload = |number: &u32| other.upload(named(&format!("p{number}"))).is_ok();
            (0..100).filter(upload).collect::<HashSet<u32>>()
        };
        let threads: Vec<_> = others.iter().map(|other| scope.spawn(move || work(other))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(won.iter().map(HashSet::len).sum::<usize>(), 100, "none twice");
    assert_eq!((hosted.count().unwrap(), home.pictures().len()), (100, 100), "none lost, nothing left over");
}

fn hosted_limits_hold_for_all_servers(home: &Home) {
    let hosted = home.open();
    let draft = hosted.draft(None, About::default(), SystemTime::now() + DEFAULT_LINK_LIFE).unwrap();
    let others: Vec<Hosted> = (0..4).map(|_| home.open()).collect();
    let won: Vec<[usize; 3]> = std::thread::scope(|scope| {
        let work = |number: usize, other: &Hosted| {
            let key = other.put_key(&format!("key{number}")).is_ok();
            let link = other.fulfil(&draft.id, file("mine")).is_ok();
            let add =
                |index: &usize| other.add_variant(&format!("v{number}-{index}"), &VariantChange::default()).is_ok();
            [key.into(), link.into(), (0..40).filter(add).count()]
        };
        let threads: Vec<_> =
            others.iter().enumerate().map(|(number, other)| scope.spawn(move || work(number, other))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sum = |index: usize| won.iter().map(|won| won[index]).sum::<usize>();
    assert_eq!([sum(0), sum(1), sum(2)], [MAX_KEYS - 1, 1, MAX_VARIANTS - 1], "{won:?}");
    assert_eq!((hosted.keys().unwrap().len(), hosted.variants().unwrap().len()), (MAX_KEYS, MAX_VARIANTS));
    assert_eq!((hosted.count().unwrap(), home.pictures().len()), (1, 1), "nothing is left of those who came too late");
}

fn hosted_stores_are_swept(home: &Home) {
    let hosted = home.open();
    let image = hosted.upload(named("a")).unwrap();
    let left_over = hosted.pictures.write("half".into()).unwrap();
    assert_eq!(hosted.sweep().unwrap(), 0, "its row may be on the way");
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(hosted.sweep_older(Duration::ZERO).unwrap(), 1);
    assert_eq!(hosted.pictures.read(&left_over).unwrap(), None);
    assert!(hosted.bytes(&image).unwrap().is_some());
}

fn hosted_stores_of_newer_versions_are_left_alone(home: &Home) {
    let hosted = home.open();
    hosted.database.write(|transaction| transaction.set_layout(7)).unwrap();
    let refused = Hosted::open_at(&home.place).unwrap_err();
    assert!(matches!(refused, HostedError::Newer { found: 7, known: 1, .. }), "{refused}");
}

fn hosted_pictures_of_other_stores_are_left_alone(home: &Home) {
    let hash = home.open().settings().unwrap().account_hash;
    home.open();
    let folder = tempfile::tempdir().unwrap();
    let other = HostedPlace::folder(folder.path()).with_pictures(home.place.pictures().clone());
    let refused = Hosted::open_at(&other).unwrap_err();
    assert!(matches!(&refused, HostedError::OtherStore { found, .. } if *found == hash), "{refused}");
}

#[test]
fn hosted_files_of_others_are_not_swept() {
    let home = Home::sqlite();
    let hosted = home.open();
    let image = hosted.upload(named("a")).unwrap();
    let pictures = home.place.pictures().path().unwrap();
    let shelf = pictures.join("00");
    fs::create_dir_all(&shelf).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(4000);
    let age = |path: &Path| fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
    let put = |name: &str| {
        fs::write(shelf.join(name), "half").unwrap();
        age(&shelf.join(name));
    };
    age(home.place.pictures().list(2, None).unwrap()[0].object.path().unwrap());
    put("00000000-0000-4000-8000-000000000000");
    put("notes.txt");
    assert_eq!(hosted.sweep().unwrap(), 1);
    assert!(hosted.bytes(&image).unwrap().is_some() && shelf.join("notes.txt").exists());
}

#[cfg(all(feature = "postgres", unix))]
#[test]
fn hosted_databases_may_go_away_and_come_back() {
    let mut server = palmette_test_postgres::Postgres::start();
    let home = Home::postgres(&server, "pictures");
    let hosted = home.open();
    let image = hosted.upload(named("a")).unwrap();
    server.ask("pictures", "CREATE TABLE public.image (id TEXT)");
    server.stop();
    for _ in 0..2 {
        let failed = hosted.upload(named("b")).unwrap_err();
        assert_eq!(failed.class(), HostedClass::Unavailable, "{failed}");
        assert!(failed.to_string().contains("try again"), "{failed}");
    }
    assert_eq!(Hosted::open_at(&home.place).unwrap_err().class(), HostedClass::Unavailable);
    server.go_on();
    assert_eq!(hosted.image("a").unwrap(), Some(image), "what was kept is there");
    hosted.upload(named("b")).unwrap();
    assert_eq!(
        server.ask("pictures", "SELECT id FROM palmette.image ORDER BY id"),
        "a\nb\n",
        "and tables of others stay"
    );

    let wrong = PostgresUrl::parse(&server.url("pictures"), Some("wrong")).unwrap();
    let refused = Hosted::open_at(&HostedPlace::postgres(wrong, home.place.pictures().clone())).unwrap_err();
    assert!(refused.to_string().contains("password authentication failed"), "{refused}");

    // Somebody who holds the lock and does nothing does not hold up readers.
    let (locked, held) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let other = home.open();
        scope.spawn(move || {
            let hold = |_: &mut dyn database::Transaction| {
                locked.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(500));
                Ok(())
            };
            other.database.write(hold).unwrap();
        });
        held.recv().unwrap();
        let began = std::time::Instant::now();
        assert!(hosted.image("a").unwrap().is_some());
        assert!(began.elapsed() < Duration::from_millis(400));
        assert!(hosted.delete("a").unwrap() && began.elapsed() > Duration::from_millis(400), "writers take turns");
    });
}
