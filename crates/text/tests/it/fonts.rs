//! The fonts of the tests. None is in the repository: they come from packages of Debian and npm, and a test without its font fails.

use std::fs;
use std::path::{Path, PathBuf};

use palmette_text::Font;

/// A font that a test sets texts in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TestFont {
    /// Its file: a name anywhere under Debian's folder of fonts, or a path from `node_modules`.
    file: &'static str,
    /// The package that has it.
    package: Package,
    /// A number made of its bytes: another release gives other pictures.
    fingerprint: u64,
}

/// Where a font comes from.
#[derive(Clone, Copy, Debug)]
enum Package {
    /// Debian, with the version that pictures were made with.
    Debian(&'static str),
    /// npm, in the version that `package-lock.json` names.
    Npm(&'static str),
}

/// Latin with serifs; kerning and ligatures.
pub(crate) const SERIF: TestFont = TestFont {
    file: "DejaVuSerif.ttf",
    package: Package::Debian("fonts-dejavu-core 2.37"),
    fingerprint: 0xccf2_3444_e8e4_1810,
};
/// Latin, and much else.
pub(crate) const SANS: TestFont = TestFont {
    file: "DejaVuSans.ttf",
    package: Package::Debian("fonts-dejavu-core 2.37"),
    fingerprint: 0xadad_fef7_6342_6946,
};
/// Outlines in CFF.
pub(crate) const CFF: TestFont = TestFont {
    file: "Cantarell-Bold.otf",
    package: Package::Debian("fonts-cantarell 0.303.1"),
    fingerprint: 0xc93c_0315_948d_9277,
};
/// Arabic.
pub(crate) const ARABIC: TestFont = TestFont {
    file: "Amiri-Regular.ttf",
    package: Package::Debian("fonts-hosny-amiri 0.113"),
    fingerprint: 0x8785_f675_f652_385c,
};
/// Arabic whose marks have colours: COLR, version 0.
pub(crate) const COLORED: TestFont = TestFont {
    file: "AmiriQuranColored.ttf",
    package: Package::Debian("fonts-hosny-amiri 0.113"),
    fingerprint: 0xc859_9fbb_bdea_63e7,
};
/// Devanagari.
pub(crate) const DEVANAGARI: TestFont = TestFont {
    file: "Lohit-Devanagari.ttf",
    package: Package::Debian("fonts-lohit-deva 2.95.4"),
    fingerprint: 0xffdb_760d_7af6_ba3b,
};
/// Thai.
pub(crate) const THAI: TestFont = TestFont {
    file: "Garuda.ttf",
    package: Package::Debian("fonts-tlwg-garuda-ttf 0.7.3"),
    fingerprint: 0xdd31_6757_3a50_d8e0,
};
/// Chinese and Japanese; a collection.
pub(crate) const HAN: TestFont = TestFont {
    file: "wqy-microhei.ttc",
    package: Package::Debian("fonts-wqy-microhei 0.2.0-beta"),
    fingerprint: 0x45c1_1e58_c42e_5ec9,
};
/// Latin, variable from thin to black; WOFF2, and contours that overlap.
pub(crate) const VARIABLE: TestFont = TestFont {
    file: "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    package: Package::Npm("@fontsource-variable/inter"),
    fingerprint: 0xee75_5325_418c_2275,
};
/// Emoji in colour: COLR, version 1; WOFF2.
pub(crate) const EMOJI: TestFont = TestFont {
    file: "@infolektuell/noto-color-emoji/files/10.woff2",
    package: Package::Npm("@infolektuell/noto-color-emoji"),
    fingerprint: 0xaa00_15f5_7789_bbd1,
};

/// Every font.
pub(crate) const ALL: [TestFont; 10] = [SERIF, SANS, CFF, ARABIC, COLORED, DEVANAGARI, THAI, HAN, VARIABLE, EMOJI];

impl TestFont {
    /// Returns the path of its file.
    pub(crate) fn path(&self) -> PathBuf {
        let found = match self.package {
            Package::Debian(_) => find(Path::new("/usr/share/fonts"), self.file),
            Package::Npm(_) => {
                let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
                root.map(|it| it.join("node_modules").join(self.file)).find(|it| it.is_file())
            }
        };
        found.unwrap_or_else(|| panic!("there is no {}: {}", self.file, self.advice()))
    }

    /// Returns its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Font {
        Font::read(self.bytes()).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    /// Reads it, if it is the release that pictures were made with.
    #[allow(dead_code, reason = "shared with tests that compare with pictures")]
    pub(crate) fn read_exactly(&self) -> Font {
        let fingerprint = fingerprint(&self.bytes());
        assert_eq!(
            fingerprint,
            self.fingerprint,
            "{} is of another release than the pictures were made with ({fingerprint:#018x}): {}",
            self.file,
            self.advice()
        );
        self.read()
    }

    /// Says how to get it.
    fn advice(&self) -> String {
        match self.package {
            Package::Debian(package) => {
                format!("`scripts/setup check` installs it, which is Debian's package {package}")
            }
            Package::Npm(package) => {
                format!("`npm ci` at the top of the repository installs it, which is the package {package}")
            }
        }
    }
}

/// Looks for a file in a folder and those inside of it.
fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let direct = paths.iter().find(|path| path.is_file() && path.file_name().is_some_and(|name| name == file));
    direct.cloned().or_else(|| paths.iter().filter(|path| path.is_dir()).find_map(|path| find(path, file)))
}

/// Makes a number of some bytes (FNV-1a).
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
