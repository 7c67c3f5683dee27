"""JPEG files of Palmette in Pillow, and Pillow's for Palmette: what pillow.test.js starts.

`pillow.py profile FILE` writes a colour profile, `pillow.py write FOLDER` JPEG files of every kind that Pillow writes, and
`pillow.py read FOLDER` decodes each file NAME.jpg of a folder into NAME.pillow: a line with width, height and number of channels,
then the samples, row by row. Reading ends with a line of JSON about the profiles that were found.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

from PIL import Image, ImageCms

SIZE = (141, 93)

# More than one segment holds, so that it has to be put together again.
PROFILE_BYTES = 150_000


def write_profile(path: Path) -> None:
    """Writes sRGB as a profile, with zeros behind its last tag."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path.write_bytes(PROFILE_BYTES.to_bytes(4, "big") + profile[4:].ljust(PROFILE_BYTES - 4, b"\0"))


def picture(mode: str) -> Image.Image:
    """Draws waves, a different one in each channel."""
    channels = Image.new(mode, (1, 1)).getbands()
    width, height = SIZE

    def level(x: int, y: int, channel: int) -> int:
        wave = math.sin(x / (5 + 3 * channel)) * math.cos(y / (4 + 2 * channel)) + math.sin(x * y / 400)
        return round(127.5 + 60 * wave)

    samples = bytes(level(x, y, channel) for y in range(height) for x in range(width) for channel in range(len(channels)))
    return Image.frombytes(mode, SIZE, samples)


def write(folder: Path) -> None:
    """Writes files of every kind."""
    color, codings = picture("RGB"), {
        "baseline": {},
        "optimized": {"optimize": True},
        "progressive": {"progressive": True},
        "restart-blocks": {"restart_marker_blocks": 5},
        "restart-rows": {"restart_marker_rows": 1, "progressive": True},
    }
    for coding, options in codings.items():
        for sampling in ["4:4:4", "4:2:2", "4:2:0"]:
            name = f"{sampling.replace(':', '')}-{coding}.jpg"
            color.save(folder / name, quality=85, subsampling=sampling, **options)
        picture("L").save(folder / f"gray-{coding}.jpg", quality=60, **options)
        picture("CMYK").save(folder / f"cmyk-{coding}.jpg", quality=90, **options)
        color.save(folder / f"rgb-{coding}.jpg", quality=95, keep_rgb=True, **options)
    color.save(folder / "quality-1.jpg", quality=1)
    color.save(folder / "quality-100.jpg", quality=100)


def read(folder: Path) -> None:
    """Decodes each file, and prints the hashes of their profiles."""
    profiles = {}
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as image:
            profile = image.info.get("icc_profile")
            if profile is not None:
                profiles[path.stem] = hashlib.sha256(profile).hexdigest()
            if image.mode == "CMYK":
                # Pillow turns inks over where Adobe's segment stands, as other programs do; Palmette's rows are as stored.
                samples = bytes(255 - sample for sample in image.tobytes())
            else:
                samples = image.convert("RGBA").tobytes()
            path.with_suffix(".pillow").write_bytes(b"%d %d 4\n" % image.size + samples)
    print(json.dumps(profiles))


def main() -> None:
    """Does what the arguments say."""
    verbs = {"profile": write_profile, "write": write, "read": read}
    _, verb, path = sys.argv
    verbs[verb](Path(path))


main()
