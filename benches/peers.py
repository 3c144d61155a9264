#!/usr/bin/env python3
"""Reads image files by other libraries, as a server: one question a line, one answer a line.

    versions OPENEXR|OPENIMAGEIO            -> ok NAME VERSION
    read PATH CHANNELS THREADS ENGINE       -> ok WALL_SECONDS CPU_SECONDS SAMPLES
    convert PATH PATH                       -> ok

Words are parted by tabs; CHANNELS is `*` or names parted by commas; an answer may be `no REASON`.
The time is from opening the file to all samples in memory; that of the interpreter's start, of imports
and of giving the memory back is not in it. `benches/decode` starts one server for each library.
"""

import sys
import time


def openexr(path, channels, threads):
    """OpenEXR's own C++ library.

    Channels by name go through `Imf::InputFile`, which decodes into the bytes that are returned and
    skips what is not wanted. `OpenEXR.File` always reads everything; it is the faster way to that.
    """
    import OpenEXR

    # Threads of the pool; 0 is none but the caller.
    OpenEXR.set_global_thread_count(0 if threads == 1 else threads)
    if channels is None:
        file = OpenEXR.File(path, separate_channels=True)
        planes = [channel.pixels for channel in file.channels().values()]
        return sum(plane.size for plane in planes), planes
    file = OpenEXR.InputFile(path)
    header = file.header()
    planes = file.channels(channels)
    file.close()
    window = header["dataWindow"]
    pixels = (window.max.x - window.min.x + 1) * (window.max.y - window.min.y + 1)
    return pixels * len(planes), planes


def openimageio(path, channels, threads):
    """OpenImageIO's `ImageInput`: a range of channels in their own type.

    An image has one type here: where halves and floats are read together, floats.
    """
    import OpenImageIO

    OpenImageIO.attribute("threads", threads)
    # Threads of OpenEXR's pool; -1 is none but the caller.
    OpenImageIO.attribute("exr_threads", -1 if threads == 1 else threads)
    image = OpenImageIO.ImageInput.open(path)
    if image is None:
        raise OSError(OpenImageIO.geterror())
    spec = image.spec()
    names = list(spec.channelnames)
    places = range(len(names)) if channels is None else [names.index(name) for name in channels]
    first, end = min(places), max(places) + 1
    if end - first != len(places):
        raise ValueError("the channels do not stand side by side")
    types = {str(spec.channelformat(place)) for place in places}
    samples = image.read_image(first, end, types.pop() if len(types) == 1 else "float")
    if samples is None:
        raise OSError(image.geterror())
    image.close()
    return samples.size, samples


ENGINES = {"openexr": openexr, "openimageio": openimageio}


def versions(engine):
    if engine == "openexr":
        import OpenEXR

        return "OpenEXR", OpenEXR.__version__
    import OpenImageIO

    return "OpenImageIO", OpenImageIO.VERSION_STRING


def read(path, channels, threads, engine):
    channels = None if channels == "*" else channels.split(",")
    wall, cpu = time.perf_counter(), time.process_time()
    samples, memory = ENGINES[engine](path, channels, int(threads))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    del memory
    return wall, cpu, samples


def convert(source, target):
    import OpenImageIO

    if not OpenImageIO.ImageBuf(source).write(target):
        raise OSError(OpenImageIO.geterror())
    return ()


COMMANDS = {"versions": versions, "read": read, "convert": convert}

for line in sys.stdin:
    command, *arguments = line.rstrip("\n").split("\t")
    try:
        answer = ["ok", *COMMANDS[command](*arguments)]
    except Exception as error:  # whatever a library raises is an answer
        answer = ["no", " ".join(f"{type(error).__name__}: {error}".split())]
    print(*answer, sep="\t", flush=True)
