//! Which addresses are public.
//!
//! The registries of special addresses at IANA are the source (IPv4: RFC 6890 and its updates, IPv6 likewise), read strictly: a
//! block that is of no use to somebody who serves a font or a picture is refused, even if parts of it are reachable everywhere.
//! In IPv6 nothing is public but 2000::/3, since nothing else has been given to anybody, and addresses that carry one of IPv4
//! are judged by that one as well.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Special {
    /// This machine.
    Loopback,
    /// Every address of this machine, or "this network": 0.0.0.0/8 and `::`.
    Unspecified,
    /// A private network: RFC 1918, and unique local addresses of IPv6.
    Private,
    /// Only this link; clouds answer questions about a machine there, with its credentials.
    LinkLocal,
    /// Only this site; long out of use.
    SiteLocal,
    /// Behind the translator of a provider: 100.64.0.0/10.
    SharedByProvider,
    /// A group of receivers.
    Multicast,
    /// Everybody on the link.
    Broadcast,
    /// For examples in documents.
    Documentation,
    /// For benchmarks of networks.
    Benchmarking,
    /// Throws away whatever arrives.
    Discard,
    /// Kept for protocols, or for a later time.
    Reserved,
    /// Translated by rules that only the operator of the network knows: 64:ff9b:1::/48.
    Translated,
    /// The host of a virtual machine, under an address that looks public: Azure's 168.63.129.16.
    CloudHost,
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Unspecified => "unspecified",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::SiteLocal => "site-local",
            Self::SharedByProvider => "shared by a provider",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "for documentation",
            Self::Benchmarking => "for benchmarks",
            Self::Discard => "discard-only",
            Self::Reserved => "reserved",
            Self::Translated => "translated locally",
            Self::CloudHost => "of a cloud's host",
        })
    }
}

/// Says why an address is not public; `None` if it is.
#[must_use]
pub fn special(address: IpAddr) -> Option<Special> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

/// Blocks of IPv4, each with the number of its leading bits. Of two that hold an address, the first counts.
const BLOCKS_V4: &[(Ipv4Addr, u32, Special)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, Special::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Special::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Special::SharedByProvider),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Special::Loopback),
    (Ipv4Addr::new(168, 63, 129, 16), 32, Special::CloudHost),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Special::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Special::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Special::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Special::Documentation),
    // The relays of 6to4, which are no more.
    (Ipv4Addr::new(192, 88, 99, 0), 24, Special::Reserved),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Special::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Special::Benchmarking),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Special::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Special::Documentation),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Special::Multicast),
    (Ipv4Addr::BROADCAST, 32, Special::Broadcast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, Special::Reserved),
];

fn special_v4(address: Ipv4Addr) -> Option<Special> {
    let is_in = |block: Ipv4Addr, bits: u32| (address.to_bits() ^ block.to_bits()).leading_zeros() >= bits;
    BLOCKS_V4.iter().find(|&&(block, bits, _)| is_in(block, bits)).map(|&(_, _, special)| special)
}

/// Blocks of IPv6, as those of IPv4.
const BLOCKS_V6: &[(Ipv6Addr, u32, Special)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, Special::Unspecified),
    (Ipv6Addr::LOCALHOST, 128, Special::Loopback),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Special::Translated),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, Special::Discard),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, Special::Benchmarking),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, Special::Documentation),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Special::Documentation),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Special::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Special::LinkLocal),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Special::SiteLocal),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Special::Multicast),
];

/// Protocols of the IETF, all of 2001::/23; Teredo, which is in there, is judged by its content.
const PROTOCOLS: Ipv6Addr = Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0);
/// All that has been given to anybody.
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);

fn special_v6(address: Ipv6Addr) -> Option<Special> {
    let is_in = |block: Ipv6Addr, bits: u32| (address.to_bits() ^ block.to_bits()).leading_zeros() >= bits;
    if let Some(&(_, _, special)) = BLOCKS_V6.iter().find(|&&(block, bits, _)| is_in(block, bits)) {
        return Some(special);
    }
    let inside = Inside::of(address);
    if let Some(special) = inside.addresses().find_map(special_v4) {
        return Some(special);
    }
    match inside {
        // Their prefixes say nothing more.
        Inside::Translated(_) | Inside::Tunnelled(..) => None,
        Inside::None | Inside::Interface(_) if is_in(PROTOCOLS, 23) || !is_in(GLOBAL, 3) => Some(Special::Reserved),
        Inside::None | Inside::Interface(_) => None,
    }
}

/// The addresses of IPv4 that one of IPv6 carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// None.
    None,
    /// One that it stands for: mapped (`::ffff:a.b.c.d`), compatible (`::a.b.c.d`), SIIT (`::ffff:0:a.b.c.d`), NAT64
    /// (`64:ff9b::a.b.c.d`) or 6to4 (2002::/16).
    Translated(Ipv4Addr),
    /// Those of a server and a client of Teredo (2001::/32).
    Tunnelled(Ipv4Addr, Ipv4Addr),
    /// One in the second half, behind any prefix, as ISATAP has it: `::5efe:a.b.c.d` and `::200:5efe:a.b.c.d`.
    Interface(Ipv4Addr),
}

impl Inside {
    /// Takes an address apart.
    fn of(address: Ipv6Addr) -> Self {
        let [a, b, c, d, e, f, g, h] = address.segments();
        let pair = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
        match (a, b, c, d, e, f) {
            (0, 0, 0, 0, 0, 0 | 0xffff) | (0, 0, 0, 0, 0xffff, 0) | (0x64, 0xff9b, 0, 0, 0, 0) => {
                Self::Translated(pair(g, h))
            }
            (0x2002, ..) => Self::Translated(pair(b, c)),
            // The client's is written with all bits turned.
            (0x2001, 0, ..) => Self::Tunnelled(pair(c, d), pair(!g, !h)),
            (.., 0 | 0x200, 0x5efe) => Self::Interface(pair(g, h)),
            _ => Self::None,
        }
    }

    /// Lists what was found.
    fn addresses(self) -> impl Iterator<Item = Ipv4Addr> {
        let found = match self {
            Self::None => [None, None],
            Self::Translated(address) | Self::Interface(address) => [Some(address), None],
            Self::Tunnelled(server, client) => [Some(server), Some(client)],
        };
        found.into_iter().flatten()
    }
}
