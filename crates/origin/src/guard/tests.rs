//! Tables of addresses, names and rules.

use super::*;

fn guard(allowed: &[&str], hosts: &[&str]) -> Guard {
    let allowed = allowed.iter().map(|text| text.parse().unwrap()).collect();
    Guard::new(allowed, hosts.iter().map(|text| text.parse().unwrap()).collect())
}

/// Judges a URL as far as that goes without a look-up: `Err` holds why its address is not public.
fn judge(guard: &Guard, url: &str) -> Result<Trust, Error> {
    guard.check(&Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}")))
}

/// The edges of every block, and one beyond each.
#[test]
fn addresses_are_public_or_not() {
    use Special as S;
    let table: &[(&str, Option<Special>)] = &[
        ("0.0.0.0", Some(S::Unspecified)),
        ("0.255.255.255", Some(S::Unspecified)),
        ("1.0.0.0", None),
        ("1.1.1.1", None),
        ("8.8.8.8", None),
        ("9.255.255.255", None),
        ("10.0.0.0", Some(S::Private)),
        ("10.255.255.255", Some(S::Private)),
        ("11.0.0.0", None),
        ("100.63.255.255", None),
        ("100.64.0.0", Some(S::SharedByProvider)),
        ("100.100.100.200", Some(S::SharedByProvider)),
        ("100.127.255.255", Some(S::SharedByProvider)),
        ("100.128.0.0", None),
        ("126.255.255.255", None),
        ("127.0.0.1", Some(S::Loopback)),
        ("127.255.255.254", Some(S::Loopback)),
        ("128.0.0.0", None),
        ("168.63.129.15", None),
        ("168.63.129.16", Some(S::CloudHost)),
        ("169.253.255.255", None),
        ("169.254.169.254", Some(S::LinkLocal)),
        ("169.254.170.2", Some(S::LinkLocal)),
        ("169.255.0.0", None),
        ("172.15.255.255", None),
        ("172.16.0.0", Some(S::Private)),
        ("172.31.255.255", Some(S::Private)),
        ("172.32.0.0", None),
        ("192.0.0.8", Some(S::Reserved)),
        ("192.0.0.192", Some(S::Reserved)),
        ("192.0.1.0", None),
        ("192.0.2.1", Some(S::Documentation)),
        ("192.0.3.0", None),
        ("192.88.99.1", Some(S::Reserved)),
        ("192.167.255.255", None),
        ("192.168.0.0", Some(S::Private)),
        ("192.168.255.255", Some(S::Private)),
        ("192.169.0.0", None),
        ("198.17.255.255", None),
        ("198.18.0.0", Some(S::Benchmarking)),
        ("198.19.255.255", Some(S::Benchmarking)),
        ("198.20.0.0", None),
        ("198.51.100.7", Some(S::Documentation)),
        ("203.0.112.255", None),
        ("203.0.113.0", Some(S::Documentation)),
        ("223.255.255.255", None),
        ("224.0.0.1", Some(S::Multicast)),
        ("239.255.255.255", Some(S::Multicast)),
        ("240.0.0.0", Some(S::Reserved)),
        ("255.255.255.254", Some(S::Reserved)),
        ("255.255.255.255", Some(S::Broadcast)),
        ("::", Some(S::Unspecified)),
        ("::1", Some(S::Loopback)),
        ("::2", Some(S::Unspecified)),
        ("100::1", Some(S::Discard)),
        ("100:0:0:1::", Some(S::Reserved)),
        ("1fff:ffff::", Some(S::Reserved)),
        ("2000::", None),
        ("2001:1::1", Some(S::Reserved)),
        ("2001:2::1", Some(S::Benchmarking)),
        ("2001:20::1", Some(S::Reserved)),
        ("2001:1ff:ffff::", Some(S::Reserved)),
        ("2001:200::1", None),
        ("2001:4860:4860::8888", None),
        ("2001:db8::1", Some(S::Documentation)),
        ("2606:4700::1111", None),
        ("3fff::1", Some(S::Documentation)),
        ("3fff:fff:ffff::", Some(S::Documentation)),
        ("3fff:1000::", None),
        ("4000::1", Some(S::Reserved)),
        ("5f00::1", Some(S::Reserved)),
        ("fbff::1", Some(S::Reserved)),
        ("fc00::1", Some(S::Private)),
        ("fd00:ec2::254", Some(S::Private)),
        ("fe00::1", Some(S::Reserved)),
        ("fe80::1", Some(S::LinkLocal)),
        ("febf::1", Some(S::LinkLocal)),
        ("fec0::1", Some(S::SiteLocal)),
        ("ff02::1", Some(S::Multicast)),
        // IPv4 inside: mapped, compatible, SIIT, NAT64, 6to4, Teredo, ISATAP.
        ("::ffff:8.8.8.8", None),
        ("::ffff:127.0.0.1", Some(S::Loopback)),
        ("::ffff:a9fe:a9fe", Some(S::LinkLocal)),
        ("::8.8.8.8", None),
        ("::192.168.0.1", Some(S::Private)),
        ("::ffff:0:10.0.0.1", Some(S::Private)),
        ("64:ff9b::8.8.8.8", None),
        ("64:ff9b::10.1.2.3", Some(S::Private)),
        ("64:ff9b::127.0.0.1", Some(S::Loopback)),
        ("64:ff9b:0:1::8.8.8.8", Some(S::Reserved)),
        ("64:ff9b:1::8.8.8.8", Some(S::Translated)),
        ("64:ff9b:1:ffff::1", Some(S::Translated)),
        ("2002:808:808::1", None),
        ("2002:7f00:1::1", Some(S::Loopback)),
        ("2002:c0a8:101::", Some(S::Private)),
        ("2001:0:808:808:0:0:f7f7:f7f7", None),
        ("2001:0:808:808:0:0:80ff:fffe", Some(S::Loopback)),
        ("2001:0:a00:1:0:0:f7f7:f7f7", Some(S::Private)),
        ("2606:4700::5efe:8.8.8.8", None),
        ("2606:4700::5efe:10.0.0.1", Some(S::Private)),
        ("2606:4700::200:5efe:127.0.0.1", Some(S::Loopback)),
        ("fe80::5efe:8.8.8.8", Some(S::LinkLocal)),
        ("4000::5efe:8.8.8.8", Some(S::Reserved)),
    ];
    assert!(table.len() > 90);
    for &(address, expected) in table {
        assert_eq!(special(address.parse().unwrap()), expected, "{address}");
    }
}

/// However an address is written in a URL, it is seen for what it is.
#[test]
fn hosts_are_seen_through() {
    let refused = [
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0177.0x0.0.01/",
        "http://0/",
        "http://0x0/",
        "http://%31%32%37.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http:127.0.0.1",
        "http:\\\\127.0.0.1\\",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://3232235777/",
        "http://0xa9fea9fe/",
        "http://169.254.43518/",
        "https://10.0.0.1:8443/",
        "http://localhost/",
        "http://LOCALHOST:80/",
        "http://localhost./",
        "http://a.localhost/",
        "http://ⓛocalhost/",
    ];
    for url in refused {
        assert!(matches!(judge(&Guard::default(), url), Err(Error::NotPublic { .. })), "{url}");
    }
    let public = [
        "http://1.1.1.1/",
        "http://1.1/",
        "http://16843009/",
        "https://[2606:4700::1111]:8443/",
        "https://fonts.example/",
        "https://fonts.example./",
        "https://localhost.example/",
        "https://notlocalhost/",
        "https://127.0.0.1.example/",
    ];
    for url in public {
        assert_eq!(judge(&Guard::default(), url).unwrap(), Trust::Public, "{url}");
    }
    // No host at all: nobody gets as far as the guard.
    for url in [
        "http://1.2.3.4.5/",
        "http://256.0.0.1/",
        "http://[::1%25eth0]/",
        "http://",
        "http://a b/",
        "http://0x1.2.3.4.5/",
    ] {
        assert!(Url::parse(url).is_err(), "{url}");
    }
}

#[test]
fn schemes_and_users_are_refused() {
    for url in
        ["ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "blob:https://a.example/1", "about:blank"]
    {
        assert!(matches!(judge(&Guard::default(), url), Err(Error::Scheme { .. })), "{url}");
    }
    let listed = guard(&["http://127.0.0.1:8787"], &[]);
    for url in ["https://u@a.example/", "https://u:p@a.example/", "https://:p@a.example/", "http://u@127.0.0.1:8787/"] {
        assert!(matches!(judge(&listed, url), Err(Error::User { .. })), "{url}");
    }
    // What looks like a host is a user.
    assert!(matches!(judge(&Guard::default(), "http://1.1.1.1@127.0.0.1/"), Err(Error::User { .. })));
}

#[test]
fn exceptions_hold_for_one_origin() {
    let guard =
        guard(&["http://127.0.0.1:8787", "https://fonts.internal", "http://localhost:3000", "http://[::1]:80"], &[]);
    for url in [
        "http://127.0.0.1:8787/font.ttf",
        "http://127.1:8787/",
        "https://fonts.internal/a",
        "https://fonts.internal.:443/a",
        "https://FONTS.internal:443/a",
        "http://localhost:3000/",
        "http://[::1]/",
    ] {
        assert_eq!(judge(&guard, url).unwrap(), Trust::Listed, "{url}");
    }
    for url in [
        "http://127.0.0.1:8788/",
        "https://127.0.0.1:8787/",
        "http://127.0.0.2:8787/",
        "http://localhost/",
        "http://[::1]:81/",
    ] {
        assert!(matches!(judge(&guard, url), Err(Error::NotPublic { .. })), "{url}");
    }
    assert_eq!(judge(&guard, "http://fonts.internal/").unwrap(), Trust::Public, "another scheme");
}

#[test]
fn exceptions_can_hold_for_every_port() {
    let guard = guard(&["http://localhost:*", "http://[::1]:*"], &[]);
    for url in ["http://localhost/", "http://localhost:8787/a", "http://LOCALHOST.:1/", "http://[::1]:3000/"] {
        assert_eq!(judge(&guard, url).unwrap(), Trust::Listed, "{url}");
    }
    for url in ["https://localhost:8787/", "http://a.localhost:8787/", "http://127.0.0.1:8787/"] {
        assert!(matches!(judge(&guard, url), Err(Error::NotPublic { .. })), "{url}");
    }
}

#[test]
fn only_listed_hosts_are_asked_if_there_is_a_list() {
    let guard = guard(&["http://127.0.0.1:8787"], &["fonts.example", "*.b.com", "1.1.1.1"]);
    for url in [
        "https://fonts.example/",
        "http://fonts.example.:8080/",
        "https://b.com/",
        "https://a.b.com/",
        "https://a.a.b.com/",
        "http://1.1.257/",
        "http://127.0.0.1:8787/",
    ] {
        judge(&guard, url).unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    for url in [
        "https://a.fonts.example/",
        "https://ab.com/",
        "https://b.com.example/",
        "http://1.1.1.2/",
        "http://127.0.0.1/",
    ] {
        assert!(matches!(judge(&guard, url), Err(Error::NotListed { .. })), "{url}");
    }
    let listed = self::guard(&[], &["*.localhost", "10.0.0.1"]);
    for url in ["http://a.localhost/", "http://10.0.0.1/"] {
        assert!(matches!(judge(&listed, url), Err(Error::NotPublic { .. })), "{url}: a list of hosts is no exception");
    }
}

#[test]
fn names_that_lead_to_one_refused_address_are_refused() {
    let guard = guard(&["http://worker.internal:8787"], &[]);
    let judge = |url: &str, addresses: &[&str]| {
        let url = Url::parse(url).unwrap();
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        guard.check_addresses(&url, guard.check(&url)?, &addresses)
    };
    judge("http://a.example/", &["1.1.1.1", "2606:4700::1111"]).unwrap();
    judge("http://worker.internal:8787/", &["127.0.0.1", "::1"]).unwrap();
    for addresses in [&["10.0.0.1"][..], &["1.1.1.1", "::1"], &["::ffff:169.254.169.254", "1.1.1.1"]] {
        assert!(matches!(judge("http://a.example/", addresses), Err(Error::NotPublic { .. })), "{addresses:?}");
    }
    assert!(judge("http://worker.internal/", &["127.0.0.1"]).is_err(), "another port");
}

#[test]
fn refusals_do_not_tell_addresses_paths_or_keys() {
    let guard = Guard::default();
    let url = Url::parse("https://a.example/secret?key=secret#secret").unwrap();
    let error = guard.check_addresses(&url, Trust::Public, &["10.9.8.7".parse().unwrap()]).unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        "https://a.example:443: not a public address; the operator can allow it with the setting `fetch.allow`"
    );
}

#[test]
fn rules_are_read_strictly() {
    for text in [
        "",
        "127.0.0.1",
        "ftp://a",
        "http://a/b",
        "http://a?b",
        "http://a#b",
        "http://u@a",
        "http://a:99999",
        "http://",
        "http://a:8*",
        "http://a:80:*",
        "http://a/:*",
        "http://*:*",
        "*",
    ] {
        assert!(text.parse::<OriginRule>().is_err(), "{text}");
    }
    for text in ["", "*", "*.", "a b", "http://a", "a:80", "a/b", "*.1.1.1.1", "a.*.b", "*.*.b", "u@a"] {
        assert!(text.parse::<HostRule>().is_err(), "{text}");
    }
    for (text, shown) in
        [("B.com", "b.com"), ("*.B.com.", "*.b.com"), ("bücher.example", "xn--bcher-kva.example"), ("[::1]", "[::1]")]
    {
        assert_eq!(text.parse::<HostRule>().unwrap().to_string(), shown);
    }
}
