//! Sets a text: `set FONT SIZE TEXT [FOLDER] > text.pam`. In TEXT, `\n` begins a line; of FOLDER the fonts are fallbacks.

use std::error::Error;
use std::io::Write;

use palmette_ops::Text;
use palmette_text::{Font, FontFolder, lay_out};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [font, size, content, folder @ ..] = &arguments[..] else {
        return Err("usage: set FONT SIZE TEXT [FOLDER]".into());
    };
    let fallback = folder.first().map_or_else(|| Ok(FontFolder::default()), FontFolder::scan)?;
    let font = Font::read(std::fs::read(font)?)?;
    let text = Text { size: size.parse()?, ..Text::new(content.replace("\\n", "\n"), "") };
    let laid = lay_out(&text, &font, &fallback)?;
    let fonts: Vec<&str> = laid.font_names().collect();
    eprintln!(
        "{}, {} lines, {} glyphs, {} missing, {fonts:?}",
        laid.size(),
        laid.line_count(),
        laid.glyph_count(),
        laid.missing_count()
    );
    let picture = laid.draw()?;
    let header = format!(
        "P7\nWIDTH {}\nHEIGHT {}\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
        picture.width(),
        picture.height()
    );
    let mut output = std::io::stdout().lock();
    output.write_all(header.as_bytes())?;
    output.write_all(picture.data())?;
    Ok(())
}
