"""What can be known of the peers without a card: `python3 -m unittest discover benches/peers`."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import gpu

try:
    import numpy
except ImportError:
    numpy = None


class MissingPeers(unittest.TestCase):
    def test_what_is_missing_is_said_and_no_error(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual(gpu.main([folder]), 0)
            record = pathlib.Path(folder, "peers.csv").read_text(encoding="utf-8")
        self.assertIn(gpu.COLUMNS, record)
        self.assertIn("no photos", record)
        # On a machine with a card the peers are there instead.
        self.assertEqual(record.count("# no peer: ") + record.count("# peer: "), 2, said.getvalue())

    def test_a_missing_package_is_named(self):
        with self.assertRaisesRegex(gpu.Missing, "no_such_package"):
            gpu.import_or_miss("no_such_package")


class Host:
    """A peer without a card, to run what is around one: it keeps every second pixel."""

    name = "host"

    def sync(self):
        pass

    def prepare(self, source, scaled):
        self.scaled = scaled

    def host_pixels(self, file):
        return file

    upload = read_back = decode = encode = lambda self, pixels: pixels

    def resize(self, pixels):
        return pixels[::2]

    def size(self, pixels):
        return len(pixels), self.scaled[1]


class Rows(unittest.TestCase):
    def test_rows_have_every_column(self):
        rows = gpu.measure(Host(), bytes(100), (100, 60), seconds=0.0)
        self.assertEqual(len(rows), 8)
        for row in rows:
            self.assertEqual(len(row.split(",")), len(gpu.COLUMNS.split(",")), row)
        self.assertTrue(rows[0].startswith('chain,"resize",host,upload,100,60,'), rows[0])
        self.assertTrue(rows[-1].startswith('request,"JPEG to JPEG",host,total,100,60,'), rows[-1])
        self.assertTrue(rows[0].endswith(f",{gpu.MIN_ROUNDS},"), rows[0])

    def test_a_wrong_size_is_refused(self):
        with self.assertRaisesRegex(gpu.Missing, "instead of"):
            gpu.measure(Host(), bytes(90), (100, 60), seconds=0.0)


@unittest.skipIf(numpy is None, "numpy is missing")
class Lanczos(unittest.TestCase):
    def test_weights_sum_to_one_and_reach_six_lobes(self):
        weights = gpu.lanczos_weights(numpy, 100, 25)
        self.assertEqual(weights.shape, (25, 100))
        numpy.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
        self.assertEqual((weights[12] != 0).sum(), 24)

    def test_resize_keeps_flat_colour_and_order(self):
        pixels = numpy.full((30, 40, 3), (9, 90, 200), numpy.uint8)
        rows, columns = gpu.lanczos_weights(numpy, 30, 10), gpu.lanczos_weights(numpy, 40, 20)
        resized = gpu.lanczos_resize(numpy, pixels, rows, columns)
        self.assertEqual(resized.shape, (10, 20, 3))
        self.assertTrue((resized == (9, 90, 200)).all())
        pixels[:, 20:] = 255
        resized = gpu.lanczos_resize(numpy, pixels, rows, columns)
        self.assertEqual((resized[5, 2, 0], resized[5, 17, 0]), (9, 255))


if __name__ == "__main__":
    unittest.main()
