#!/usr/bin/env python3
"""Writes the golden figures and maps of this folder with NVIDIA's own tool.

Needs `pip install flip-evaluator==1.7 numpy OpenEXR`; run it in the folder that holds `cloth/` and
`mitsuba/` (`tests/data`). `golden.json` has, for each case, the parameters that the tool took or found
and its figures: the mean in full, the pooled ones in six decimals as its command line prints them.
Maps are 16-bit grey PNG, value · 65535.
"""

import csv
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import flip_evaluator
import numpy as np
import OpenEXR

HERE = pathlib.Path(__file__).parent
CLOTH = ["cloth/clothsimv2/clothsimv2.0012", "cloth/clothsimv1/clothsimv1.0012"]
MITSUBA = ["mitsuba/moved/moved.0012", "mitsuba/ref/ref.0012"]


def files(pair, extension, aov, names, **parameters):
    """A case of two files: test, reference."""
    paths = [f"{path}.{extension}" for path in pair]
    return {"test": paths[0], "reference": paths[1], "aov": aov, "names": names, "parameters": parameters}


def noise(size, seeds, **parameters):
    """A case of two made-up pictures; see `noise_picture`."""
    return {"size": size, "seeds": seeds, "parameters": parameters}


RGB = ["R", "G", "B"]
CASES = {
    "cloth": files(CLOTH, "exr", "ViewLayer.Combined", RGB),
    "cloth_30": files(CLOTH, "exr", "ViewLayer.Combined", RGB, ppd=30.0),
    "cloth_fixed": files(CLOTH, "exr", "ViewLayer.Combined", RGB, startExposure=-2.25, stopExposure=3.5),
    "cloth_diffdir": files(CLOTH, "exr", "ViewLayer.DiffDir", RGB),
    "cloth_depth": files(CLOTH, "exr", "ViewLayer.Depth", ["Z", "Z", "Z"]),
    "mitsuba": files(MITSUBA, "exr", "beauty", RGB),
    "mitsuba_120": files(MITSUBA, "exr", "beauty", RGB, ppd=120.0),
    "cloth_png": files(CLOTH, "png", "rgba", RGB),
    "cloth_png_30": files(CLOTH, "png", "rgba", RGB, ppd=30.0),
    "cloth_png_150": files(CLOTH, "png", "rgba", RGB, ppd=150.0),
    "noise": noise([61, 37], [1, 2]),
    "noise_small": noise([7, 3], [3, 4], ppd=100.0),
    "noise_row": noise([150, 1], [5, 6]),
    "noise_column": noise([1, 90], [7, 8], ppd=20.0),
}


def noise_picture(size, seed):
    """RGB from -0.25 to 7.75, the same as the tests make them."""
    width, height = size
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="xy")
    bits = (x * 0x9E3779B1 + y * 0x85EBCA77 + c * 0xC2B2AE3D + seed * 0x27D4EB2F).astype(np.uint64)
    bits &= 0xFFFFFFFF
    for shift, factor in [(15, 0x2C1B3C6D), (12, 0x297A2D39)]:
        bits = ((bits ^ (bits >> shift)) * factor) & 0xFFFFFFFF
    bits ^= bits >> 15
    return ((bits >> 16).astype(np.float32) / np.float32(8192) - np.float32(0.25)).astype(np.float32)


def picture(case, side):
    if "size" in case:
        return noise_picture(case["size"], case["seeds"][0 if side == "test" else 1])
    path = case[side]
    if path.endswith(".png"):
        return flip_evaluator.load(path)
    channels = OpenEXR.File(path, separate_channels=True).channels()
    planes = [channels[f"{case['aov']}.{name}"].pixels for name in case["names"]]
    return np.stack(planes, axis=-1).astype(np.float32)


def write_png16(path, values):
    """values: height x width of uint16."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    data = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(data))


def pooled(case, folder):
    """The figures of the command line, which reads files."""
    paths = []
    for side in ["reference", "test"]:
        path = case.get(side, "")
        if not path.endswith(".png"):
            path = str(folder / f"{side}.exr")
            pixels = picture(case, side)
            channels = {name: np.ascontiguousarray(pixels[..., c]) for c, name in enumerate("RGB")}
            header = {"compression": OpenEXR.NO_COMPRESSION, "type": OpenEXR.scanlineimage}
            OpenEXR.File(header, channels).write(path)
        paths.append(path)
    options = {"ppd": "-ppd", "startExposure": "-cstart", "stopExposure": "-cstop"}
    options = [word for key, value in case["parameters"].items() for word in (options[key], str(value))]
    table = folder / "figures.csv"
    table.unlink(missing_ok=True)
    tool = pathlib.Path(sys.executable).parent / "flip"
    command = [tool, "-r", paths[0], "-t", paths[1], "-c", table, "-nm", "-nexm", "-nerm", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(table, newline="") as file:
        row = list(csv.DictReader(file))[-1]
    names = {"weighted_median": "Weighted median", "weighted_first_quartile": "1st weighted quartile"}
    names |= {"weighted_third_quartile": "3rd weighted quartile", "min": "Min", "max": "Max"}
    return {key: float(row[name]) for key, name in names.items()} | {"mean_printed": float(row["Mean"])}


def main():
    golden = {}
    for name, case in CASES.items():
        is_hdr = not case.get("test", "").endswith(".png")
        pictures = [picture(case, side) for side in ["reference", "test"]]
        mode = "HDR" if is_hdr else "LDR"
        errors, mean, found = flip_evaluator.evaluate(
            *pictures, mode, applyMagma=False, parameters=dict(case["parameters"])
        )
        errors = errors.reshape(pictures[0].shape[:2])
        with tempfile.TemporaryDirectory() as folder:
            figures = {"mean": float(mean)} | pooled(case, pathlib.Path(folder))
        assert abs(figures["mean"] - figures.pop("mean_printed")) < 2e-6, name
        golden[name] = case | {"mode": mode, "parameters": found, "figures": figures}
        write_png16(HERE / f"{name}.png", np.round(errors.astype(np.float64) * 65535).astype(np.uint16))
    (HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
