//! Values of Cap'n Proto's text format, laid out for people: on one line where they fit, else one element a line.

use std::fmt;

/// The longest line that a list or a struct is kept on, in characters.
const MAX_LINE_CHARS: usize = 110;

/// Spaces that a level is indented by.
const INDENT_CHARS: usize = 2;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A string, escaped where it is written.
    Text(String),
    /// A string of lines, written as lines: source code.
    Block(&'static str),
    /// The content of a file, named relative to the file that the value is written to.
    Embed(String),
    /// `true` or `false`.
    Bool(bool),
    /// Elements in brackets.
    List(Vec<Self>),
    /// Fields in parentheses.
    Struct(Vec<(&'static str, Self)>),
}

impl Value {
    /// Makes a string.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Makes a struct of a name and, in the field of its kind, what it is: a service, a binding or a module.
    pub(super) fn named(name: &str, kind: &'static str, what: Self) -> Self {
        Self::Struct(vec![("name", Self::text(name)), (kind, what)])
    }

    /// Makes a list of strings.
    pub(super) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// Writes the value after `column` characters of a line that is indented by `indent`.
    fn write(&self, out: &mut String, column: usize, indent: usize) {
        if let Some(line) = self.one_line().filter(|line| column + line.chars().count() <= MAX_LINE_CHARS) {
            out.push_str(&line);
            return;
        }
        let inner = indent + INDENT_CHARS;
        let element = |out: &mut String, prefix: &str, value: &Self| {
            // A block begins on a line of its own.
            let prefix = if matches!(value, Self::Block(_)) { prefix.trim_end() } else { prefix };
            out.push_str(&format!("\n{:inner$}{prefix}", ""));
            value.write(out, inner + prefix.chars().count() + 1, inner);
            out.push(',');
        };
        match self {
            Self::List(elements) => {
                out.push('[');
                elements.iter().for_each(|value| element(out, "", value));
                close(out, indent, ']');
            }
            Self::Struct(fields) => {
                out.push('(');
                fields.iter().for_each(|(name, value)| element(out, &format!("{name} = "), value));
                close(out, indent, ')');
            }
            Self::Block(text) => {
                for text_line in text.lines() {
                    out.push_str(&format!("\n{:inner$}`{text_line}", ""));
                }
                // Anything behind a line of a block would be part of it.
                out.push_str(&format!("\n{:indent$}", ""));
            }
            Self::Text(_) | Self::Embed(_) | Self::Bool(_) => out.push_str(&self.one_line().unwrap_or_default()),
        }
    }

    /// Returns the value without a line break; `None` if it has to have one.
    fn one_line(&self) -> Option<String> {
        let joined = |parts: Option<Vec<String>>| parts.map(|parts| parts.join(", "));
        Some(match self {
            Self::Text(text) => quote(text),
            Self::Embed(path) => format!("embed {}", quote(path)),
            Self::Bool(value) => value.to_string(),
            Self::List(elements) => format!("[{}]", joined(elements.iter().map(Self::one_line).collect())?),
            Self::Struct(fields) => {
                let field = |(name, value): &(&str, Self)| Some(format!("{name} = {}", value.one_line()?));
                format!("({})", joined(fields.iter().map(field).collect())?)
            }
            Self::Block(_) => return None,
        })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, 0, 0);
        f.write_str(&out)
    }
}

/// Ends what has its elements on lines: without the last comma, which nothing may follow.
fn close(out: &mut String, indent: usize, bracket: char) {
    out.pop();
    out.truncate(out.trim_end().len());
    out.push_str(&format!("\n{:indent$}{bracket}", ""));
}

/// Writes a string in quotes. All but control characters, quotes and backslashes stand for themselves.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' => quoted.push_str(&format!("\\x{:02x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        for (text, expected) in [
            ("", r#""""#),
            (r#"say "hi" \o/"#, r#""say \"hi\" \\o/""#),
            ("a\r\n\tb\0\x1b\x7f", r#""a\r\n\tb\x00\x1b\x7f""#),
            ("é😀 ${x} `y` # no comment", "\"é😀 ${x} `y` # no comment\""),
        ] {
            assert_eq!(Value::text(text).to_string(), expected);
        }
    }

    #[test]
    fn values_are_laid_out_for_people() {
        let service = |name: &str, source| Value::Struct(vec![("name", Value::text(name)), ("esModule", source)]);
        let value = Value::Struct(vec![
            ("flags", Value::texts(["a", "b"])),
            ("writable", Value::Bool(true)),
            (
                "modules",
                Value::List(vec![
                    service("main.js", Value::Embed("../main.js".to_owned())),
                    service("x.js", Value::Block("if (a) {\n  `b\"`;\n}\n")),
                ]),
            ),
        ]);
        let expected = r#"(
  flags = ["a", "b"],
  writable = true,
  modules = [
    (name = "main.js", esModule = embed "../main.js"),
    (
      name = "x.js",
      esModule =
        `if (a) {
        `  `b"`;
        `}
    )
  ]
)"#;
        assert_eq!(value.to_string(), expected);
    }

    #[test]
    fn long_values_are_broken() {
        let long = "x".repeat(MAX_LINE_CHARS);
        assert_eq!(Value::texts([&long]).to_string(), format!("[\n  \"{long}\"\n]"));
    }
}
