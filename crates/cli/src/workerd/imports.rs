//! What a JavaScript module imports, found without a parser: the text is cut into the few kinds of tokens that tell strings,
//! templates, comments and regular expressions from code, and imports are looked for among them.
//!
//! Whether a `/` divides or begins a regular expression is told by what stands before it, which is wrong only for a regular
//! expression straight after `}`; strings end with their line, so that such a mistake stays small. What is missed here is
//! reported by workerd when the Worker starts.

/// What a module imports and whether it exports anything.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Imports<'a> {
    /// Names of modules as they are written, in order, each once.
    pub(super) specifiers: Vec<&'a str>,
    /// Whether there is an `export`, without which a file is no module.
    pub(super) has_export: bool,
}

/// A stretch of code that imports are told by.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    /// A name, a keyword or a number.
    Word(&'a str),
    /// A string or a template that is one, without quotes.
    Text(&'a str),
    /// Any other character.
    Mark(char),
    /// A regular expression, or a piece of a template.
    Other,
}

/// Words before which no value ends, so that a `/` after them begins a regular expression.
const BEFORE_VALUES: [&str; 14] = [
    "await",
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

/// Words before the condition of a statement.
const BEFORE_CONDITIONS: [&str; 4] = ["for", "if", "while", "with"];

/// Finds the imports of a module.
pub(super) fn scan(source: &str) -> Imports<'_> {
    let tokens = tokens(source);
    let mut imports = Imports::default();
    let mut add = |specifier| {
        if !imports.specifiers.contains(&specifier) {
            imports.specifiers.push(specifier);
        }
    };
    for (at, token) in tokens.iter().enumerate() {
        let is_property = at > 0 && tokens[at - 1] == Token::Mark('.');
        let rest = &tokens[at + 1..];
        match (token, rest) {
            _ if is_property => {}
            (Token::Word("import"), [Token::Text(specifier), ..])
            | (Token::Word("import"), [Token::Mark('('), Token::Text(specifier), Token::Mark(')' | ','), ..]) => {
                add(specifier)
            }
            (Token::Word("import"), _) => clause_source(rest).into_iter().for_each(&mut add),
            (Token::Word("export"), [Token::Mark(':' | '('), ..]) => {}
            (Token::Word("export"), _) => {
                imports.has_export = true;
                if matches!(rest, [Token::Mark('*' | '{'), ..]) {
                    clause_source(rest).into_iter().for_each(&mut add);
                }
            }
            _ => {}
        }
    }
    imports
}

/// Returns the module that an import or export clause names after `from`, if there is one.
fn clause_source<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    let is_clause =
        |token: &&Token<'_>| matches!(token, Token::Word(_) | Token::Text(_) | Token::Mark('{' | '}' | ',' | '*'));
    let length = tokens.iter().take_while(is_clause).count();
    tokens[..length].windows(2).find_map(|pair| match *pair {
        [Token::Word("from"), Token::Text(specifier)] => Some(specifier),
        _ => None,
    })
}

/// Cuts a source into tokens; comments and white space are left out.
fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    // For every template that code is inside of, the number of braces that are open in that code.
    let mut templates: Vec<usize> = Vec::new();
    // For every parenthesis that is open, whether it holds the condition of a statement, after which no value ends.
    let mut conditions: Vec<bool> = Vec::new();
    let mut is_after_condition = false;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        let token = match character {
            _ if character.is_whitespace() || character == '\u{feff}' => None,
            '/' | '#' if rest.starts_with("//") || (rest.starts_with("#!") && tokens.is_empty()) => {
                length = rest.find('\n').unwrap_or(rest.len());
                None
            }
            '/' if rest.starts_with("/*") => {
                length = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
                None
            }
            '/' if (is_after_condition || begins_expression(tokens.last())) && expression_length(rest).is_some() => {
                length = expression_length(rest).unwrap_or(length);
                Some(Token::Other)
            }
            '"' | '\'' => {
                length = string_length(rest, character);
                Some(Token::Text(rest[1..length].strip_suffix(character).unwrap_or(&rest[1..length])))
            }
            '`' => {
                let depth = templates.len();
                length = 1 + template_length(&rest[1..], &mut templates);
                let content = rest[1..length].strip_suffix('`').filter(|_| templates.len() == depth);
                // One without code inside is a string.
                Some(content.map_or(Token::Other, Token::Text))
            }
            '{' => {
                templates.iter_mut().last().into_iter().for_each(|open| *open += 1);
                Some(Token::Mark('{'))
            }
            '}' if templates.last() == Some(&0) => {
                templates.pop();
                length = 1 + template_length(&rest[1..], &mut templates);
                Some(Token::Other)
            }
            '}' => {
                templates.iter_mut().last().into_iter().for_each(|open| *open -= 1);
                Some(Token::Mark('}'))
            }
            '(' => {
                conditions.push(matches!(tokens.last(), Some(Token::Word(word)) if BEFORE_CONDITIONS.contains(word)));
                Some(Token::Mark('('))
            }
            _ if is_word(character) => {
                length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
                Some(Token::Word(&rest[..length]))
            }
            _ => Some(Token::Mark(character)),
        };
        if let Some(token) = token {
            is_after_condition = token == Token::Mark(')') && conditions.pop() == Some(true);
            tokens.push(token);
        }
        rest = &rest[length..];
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '#' | '\u{200c}' | '\u{200d}')
}

/// Tells whether a `/` after this token begins a regular expression.
fn begins_expression(previous: Option<&Token<'_>>) -> bool {
    match previous {
        None => true,
        Some(Token::Word(word)) => BEFORE_VALUES.contains(word),
        Some(Token::Mark(mark)) => !matches!(mark, ')' | ']' | '}'),
        Some(Token::Text(_) | Token::Other) => false,
    }
}

/// Returns the length of a regular expression up to its flags; `None` if the line ends before it does.
fn expression_length(text: &str) -> Option<usize> {
    let (mut is_escaped, mut is_class) = (false, false);
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return None,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_class = true,
            ']' => is_class = false,
            '/' if !is_class => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns the length of a string with its quotes; it ends with its line at the latest.
fn string_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => return at,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of a template up to its end, or up to code inside it, which is then noted.
fn template_length(text: &str, templates: &mut Vec<usize>) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '`' => return at + 1,
            '$' if text[at + 1..].starts_with('{') => {
                templates.push(0);
                return at + 2;
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_every_form_are_found() {
        for (source, specifiers) in [
            ("import './a.js'", &["./a.js"][..]),
            ("import a from \"./a.js\"; import a2 from './a.js'", &["./a.js"]),
            ("import a, { b as c, default as d } from './a.js'\nimport * as e from './e.js'", &["./a.js", "./e.js"]),
            ("import{a}from'./a.js';import b from'./b.js'", &["./a.js", "./b.js"]),
            ("import from from './a.js'; import { 'x y' as z } from './z.js'", &["./a.js", "./z.js"]),
            ("import data from './a.json' with { type: 'json' }", &["./a.json"]),
            ("const a = await import('./a.js'); import(\"./b.js\", {})", &["./a.js", "./b.js"]),
            ("import(`./a.js`).then(b => import(`./${b}.js`))", &["./a.js"]),
            ("import('./a' + name); import(name); import.meta.url", &[]),
            (
                "export * from './a.js'; export * as b from './b.js'; export { c } from './c.js'",
                &["./a.js", "./b.js", "./c.js"],
            ),
            ("export { a }; const from = './no.js'", &[]),
            ("`${`${ {} }` + import('./a.js')} import './no.js'`; import './b.js'", &["./a.js", "./b.js"]),
        ] {
            assert_eq!(scan(source).specifiers, specifiers, "{source}");
        }
    }

    #[test]
    fn what_only_looks_like_an_import_is_not() {
        for source in [
            "// import './a.js'\n/* import './b.js' */",
            "const text = \"import './a.js'\" + 'import \\'./b.js\\'' + `import './c.js'`",
            "const expression = /import '.[/']\\/a.js'/g; return /['\"`]/",
            "thing.import('./a.js'); ({ import: './b.js' })",
            "const half = a / 2; const x = 'import' / 2",
        ] {
            assert_eq!(scan(source).specifiers, [""; 0], "{source}");
        }
    }

    #[test]
    fn any_text_is_scanned_to_its_end() {
        let source = "import a from './é.js'; `${'\\'/*}`*/}` /[/]\\//u\n'\\\n' \"\" export { b as '😀' } from `c` #!";
        for (start, _) in source.char_indices() {
            for (end, _) in source.char_indices().filter(|(end, _)| *end >= start) {
                scan(&source[start..end]);
            }
        }
    }

    #[test]
    fn slashes_after_values_divide() {
        assert_eq!(scan("a = b / c; import './a.js'; d = e / f").specifiers, ["./a.js"]);
        assert_eq!(scan("a = (b) / c; import './a.js'; d = e[0] / f").specifiers, ["./a.js"]);
        assert_eq!(scan("if (/'/.test(a)) b; import './a.js'").specifiers, ["./a.js"]);
        assert_eq!(scan("if ((a)) /`/.test(b); import './a.js'").specifiers, ["./a.js"]);
        assert_eq!(scan("while (a) /* */ /['\"]/.test(b); import './a.js'").specifiers, ["./a.js"]);
        assert_eq!(scan("a = f(if_(b) / 2); import './a.js'; c = (d) / 2").specifiers, ["./a.js"]);
    }

    #[test]
    fn modules_are_told_by_their_exports() {
        for (source, has_export) in [
            ("export default {}", true),
            ("const a = {}; export { a as default };", true),
            ("addEventListener('fetch', () => {}) // export", false),
            ("module.exports = {}; a.export = 'export default'; b = { export: 1 }", false),
        ] {
            assert_eq!(scan(source).has_export, has_export, "{source}");
        }
    }
}
