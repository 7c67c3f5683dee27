//! Bands whose samples are moved together: the samples of the rows that were there.

use palmette_jpeg::{Decoder, Request, Scale};

use crate::decode::picture;
use crate::turbo::{Encode, Sampling};

#[test]
fn pack_moves_columns_and_rows_together() {
    let (width, height) = (117, 67);
    let file = Encode::new(80, Sampling::S420).rgba(&picture(width, height, 30), width, height);
    let decoder = Decoder::new(&file).expect("a header");
    for scale in Scale::ALL {
        let mut bands = decoder.bands(&Request::at(scale)).expect("scans");
        while bands.next_band().is_some() {
            for plane in bands.planes_mut() {
                let rows: Vec<Vec<u8>> = plane.rows().map(<[u8]>::to_vec).collect();
                let (columns, kept) = (plane.width() / 3..plane.width(), rows.len() / 2..rows.len());
                let expected: Vec<u8> =
                    rows[kept.clone()].iter().flat_map(|row| &row[columns.clone()]).copied().collect();
                assert_eq!(plane.pack(columns, kept), expected, "{scale:?}");
            }
        }
    }
}

#[test]
fn pack_of_whole_bands_is_the_picture() {
    for width in [64, 61] {
        let file = Encode::new(80, Sampling::S420).rgba(&picture(width, 40, 30), width, 40);
        let decoder = Decoder::new(&file).expect("a header");
        let mut bands = decoder.bands(&Request::default()).expect("scans");
        let mut packed = vec![Vec::new(); decoder.components().len()];
        while bands.next_band().is_some() {
            for (packed, plane) in packed.iter_mut().zip(bands.planes_mut()) {
                let (columns, rows) = (0..plane.width(), 0..plane.rows().len());
                packed.extend_from_slice(plane.pack(columns, rows));
            }
        }
        let (planes, _) = crate::decode::planes(&file, &Request::default());
        assert!(packed.iter().eq(planes.iter().map(|plane| &plane.samples)), "{width}");
    }
}
