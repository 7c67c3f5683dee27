//! Goldens of every fit, for pictures smaller and larger than the request and in between, with every gravity.
//!
//! A sheet is one fit and one relation of sizes: a row a picture (lying and standing), a column a gravity. The picture shows
//! a letter on a slope, so that every cut, turn and stretch can be told from the others.

use palmette_core::Size;
use palmette_ops::{Fit, Gravity, GravityMode, Transform};
use palmette_tests::Case;
use palmette_tests::pictures::letter;
use palmette_tests::sheet::Sheet;

use crate::goldens::goldens;
use crate::options::into;

/// How the picture relates to the request, which is always [`REQUEST`].
#[derive(Clone, Copy)]
enum Pictures {
    /// Both sides are shorter.
    Smaller,
    /// Both sides are longer.
    Larger,
    /// One side is shorter, the other longer.
    Mixed,
}

const REQUEST: Size = Size::new(24, 20);

impl Pictures {
    fn sizes(self) -> [Size; 2] {
        match self {
            Self::Smaller => [Size::new(21, 9), Size::new(8, 17)],
            Self::Larger => [Size::new(90, 40), Size::new(37, 66)],
            Self::Mixed => [Size::new(41, 16), Size::new(18, 33)],
        }
    }
}

fn gravities() -> [(&'static str, Gravity); 8] {
    let point = |x, y, mode| Gravity::Point { x, y, mode };
    [
        ("left", Gravity::Left),
        ("top", Gravity::Top),
        ("center", Gravity::Center),
        ("bottom", Gravity::Bottom),
        ("right", Gravity::Right),
        ("point 0.25,0.7", point(0.25, 0.7, GravityMode::Remainder)),
        ("box-center 0.4,0.65", point(0.4, 0.65, GravityMode::BoxCenter)),
        ("box-center 0.95,0.1", point(0.95, 0.1, GravityMode::BoxCenter)),
    ]
}

fn sheet(fit: Fit, pictures: Pictures) -> Sheet {
    let row = |size: Size| {
        let cell = |(name, gravity)| {
            let options = Transform { fit: Some(fit), gravity: Some(gravity), ..into(REQUEST.width, REQUEST.height) };
            (format!("{size}, {name}"), Case::of(letter(size)).transform(options).check_against_reference())
        };
        gravities().map(cell).to_vec()
    };
    Sheet::of_rows(pictures.sizes().map(row).to_vec())
}

goldens! { "fit":
    scale_down_smaller => sheet(Fit::ScaleDown, Pictures::Smaller);
    scale_down_larger => sheet(Fit::ScaleDown, Pictures::Larger);
    scale_down_mixed => sheet(Fit::ScaleDown, Pictures::Mixed);
    contain_smaller => sheet(Fit::Contain, Pictures::Smaller);
    contain_larger => sheet(Fit::Contain, Pictures::Larger);
    contain_mixed => sheet(Fit::Contain, Pictures::Mixed);
    cover_smaller => sheet(Fit::Cover, Pictures::Smaller);
    cover_larger => sheet(Fit::Cover, Pictures::Larger);
    cover_mixed => sheet(Fit::Cover, Pictures::Mixed);
    crop_smaller => sheet(Fit::Crop, Pictures::Smaller);
    crop_larger => sheet(Fit::Crop, Pictures::Larger);
    crop_mixed => sheet(Fit::Crop, Pictures::Mixed);
    aspect_crop_smaller => sheet(Fit::AspectCrop, Pictures::Smaller);
    aspect_crop_larger => sheet(Fit::AspectCrop, Pictures::Larger);
    aspect_crop_mixed => sheet(Fit::AspectCrop, Pictures::Mixed);
    pad_smaller => sheet(Fit::Pad, Pictures::Smaller);
    pad_larger => sheet(Fit::Pad, Pictures::Larger);
    pad_mixed => sheet(Fit::Pad, Pictures::Mixed);
    squeeze_smaller => sheet(Fit::Squeeze, Pictures::Smaller);
    squeeze_larger => sheet(Fit::Squeeze, Pictures::Larger);
    squeeze_mixed => sheet(Fit::Squeeze, Pictures::Mixed);
    scale_up_smaller => sheet(Fit::ScaleUp, Pictures::Smaller);
    scale_up_larger => sheet(Fit::ScaleUp, Pictures::Larger);
    scale_up_mixed => sheet(Fit::ScaleUp, Pictures::Mixed);
}
