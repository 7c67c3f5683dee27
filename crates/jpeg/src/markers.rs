//! The markers of a JPEG file: each is a byte 0xff and one of these codes.

/// Temporary, of arithmetic coding; stands alone.
pub(crate) const TEM: u8 = 0x01;
/// First start of a frame: baseline. The others follow up to 0xcf, with tables and a reserved code among them.
pub(crate) const SOF0: u8 = 0xc0;
/// Start of a progressive frame.
pub(crate) const SOF2: u8 = 0xc2;
/// Start of a lossless frame.
pub(crate) const SOF3: u8 = 0xc3;
/// Huffman tables.
pub(crate) const DHT: u8 = 0xc4;
/// Reserved, among the starts of frames.
pub(crate) const JPG: u8 = 0xc8;
/// Start of a sequential frame, coded arithmetically; the later ones are arithmetic too.
pub(crate) const SOF9: u8 = 0xc9;
/// First of eight restart markers, which stand alone, within the data of a scan.
pub(crate) const RST0: u8 = 0xd0;
/// Last of the restart markers.
pub(crate) const RST7: u8 = 0xd7;
/// Start of an image; stands alone.
pub(crate) const SOI: u8 = 0xd8;
/// End of an image; stands alone.
pub(crate) const EOI: u8 = 0xd9;
/// Start of a scan.
pub(crate) const SOS: u8 = 0xda;
/// Quantisation tables.
pub(crate) const DQT: u8 = 0xdb;
/// Number of lines, behind the first scan of a frame that does not say its height.
pub(crate) const DNL: u8 = 0xdc;
/// Restart interval.
pub(crate) const DRI: u8 = 0xdd;
/// First of sixteen segments for applications: JFIF.
pub(crate) const APP0: u8 = 0xe0;
/// Adobe's segment for applications.
pub(crate) const APP14: u8 = 0xee;
/// Last segment for applications.
pub(crate) const APP15: u8 = 0xef;
/// Comment.
pub(crate) const COM: u8 = 0xfe;
