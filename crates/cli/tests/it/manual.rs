//! `palmette completions` and `palmette man`.

use std::collections::BTreeSet;

use crate::support::{EX_CANTCREAT, Folder};

/// Returns the commands that `palmette --help` lists.
fn commands(folder: &Folder) -> BTreeSet<String> {
    let help = String::from_utf8(folder.succeed(&["--help"])).unwrap();
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let name =
        |line: &str| Some(line.strip_prefix("  ")?.split_once(' ')?.0.to_owned()).filter(|name| !name.is_empty());
    list.lines().filter_map(name).filter(|name| name != "help").collect()
}

#[test]
fn completions_know_every_command_and_the_flags_of_settings() {
    let folder = Folder::new();
    let commands = commands(&folder);
    assert!(commands.contains("workerd-config"), "{commands:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(folder.succeed(&["completions", shell])).unwrap();
        for word in commands.iter().map(String::as_str).chain(["max-source-bytes"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let output = folder.run(&["completions", "cmd"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("zsh"), "the shells are listed");
}

#[test]
fn man_has_a_page_for_every_command() {
    let folder = Folder::new();
    let page = String::from_utf8(folder.succeed(&["man"])).unwrap();
    assert!(page.contains(".TH palmette 1"), "{page}");
    assert!(folder.succeed(&["man", "share/man1"]).is_empty());
    let pages: BTreeSet<String> = std::fs::read_dir(folder.path().join("share/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for command in commands(&folder) {
        assert!(pages.contains(&format!("palmette-{command}.1")), "{command}: {pages:?}");
    }
    assert!(pages.contains("palmette.1") && pages.contains("palmette-models-install.1"), "{pages:?}");
    let serve = std::fs::read_to_string(folder.path().join("share/man1/palmette-serve.1")).unwrap();
    assert!(serve.contains("max\\-source\\-bytes"), "{serve}");
    folder.fail(&["man", "grey.png"], EX_CANTCREAT, &["cannot write grey.png"]);
}
