#!/usr/bin/env python3
"""What models cost, beside the float runtimes that others use, one thread each.

    python3 benches/peers/models.py PROGRAM FOLDER PACKAGES [TEXT]

PROGRAM is the example `models` of the benches, FOLDER what `palmette models install` filled, PACKAGES where the packages lie that it
took the models from; only cases with TEXT in their name are run. Every case runs in a process of its own, by turns of our program and its peer. A line for each turn goes to the
standard output: case, program, milliseconds of the processor, and the peak of the process's memory in kB.

The peers run the net alone: onnxruntime the ONNX of u2netp, and the graph of realesr-animevideov3 with weights drawn by chance
(there is no ONNX of it in a package, and no time depends on them); LiteRT the two BlazeFaces. Needs `onnxruntime`, `onnx`, `numpy`
and `ai-edge-litert`.
"""

import multiprocessing
import pathlib
import resource
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable

# So many turns, fewer where they take long.
TURNS = 5
MOST_SECONDS = 5
LEAST_SECONDS = 0.3

# Case, what our program is asked for, and the peer with its arguments.
CASES = [
    ("BlazeFace short, the net", ["face-short"], ("litert", "short")),
    ("BlazeFace full, the net", ["face-full"], ("litert", "full")),
    ("u2netp, the net", ["segment"], ("u2netp",)),
    ("animevideov3 on 256×256, the net", ["generate"], ("animevideo", 256, 256)),
    ("faces, 0.3 MP", ["faces", "640", "480"], None),
    ("faces, 3 MP", ["faces", "2000", "1500"], None),
    ("faces, 12 MP", ["faces", "4000", "3000"], None),
    ("foreground, 0.3 MP", ["foreground", "640", "480"], None),
    ("foreground, 3 MP", ["foreground", "2000", "1500"], None),
    ("foreground, 12 MP", ["foreground", "4000", "3000"], None),
    ("enlarge 4×, 0.3 MP", ["enlarge", "640", "480", "4"], ("animevideo", 640, 480)),
    ("enlarge 4× to 12 MP", ["enlarge", "1000", "750", "4"], None),
    ("enlarge 2× to 12 MP", ["enlarge", "2000", "1500", "2"], None),
]


def session(model):
    """Opens a model for onnxruntime on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def animevideo_graph() -> bytes:
    """Draws realesr-animevideov3: 18 convolutions with PReLU, a shuffle, and the input enlarged by repeating."""
    import numpy
    from onnx import TensorProto, helper, numpy_helper

    random = numpy.random.default_rng(1)
    nodes, weights, value = [], [], "x"

    def weight(name: str, array) -> str:
        weights.append(numpy_helper.from_array(array.astype(numpy.float32), name))
        return name

    channels = [3] + [64] * 17 + [48]
    for index, (taken, made) in enumerate(zip(channels, channels[1:])):
        kernel = weight(f"w{index}", random.normal(0, (9 * taken) ** -0.5, (made, taken, 3, 3)))
        bias = weight(f"b{index}", random.normal(0, 0.01, made))
        nodes.append(helper.make_node("Conv", [value, kernel, bias], [f"c{index}"], pads=[1] * 4, kernel_shape=[3, 3]))
        value = f"c{index}"
        if made == 64:
            slopes = weight(f"s{index}", random.uniform(-0.2, 0.5, (64, 1, 1)))
            nodes.append(helper.make_node("PRelu", [value, slopes], [f"p{index}"]))
            value = f"p{index}"
    nodes.append(helper.make_node("DepthToSpace", [value], ["d"], blocksize=4, mode="CRD"))
    scales = weight("scales", numpy.array([1, 1, 4, 4]))
    way = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes.append(helper.make_node("Resize", ["x", "", scales], ["r"], **way))
    nodes.append(helper.make_node("Add", ["d", "r"], ["y"]))
    sides = [1, 3, "height", "width"]
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, sides)
    gives = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "animevideov3", [takes], [gives], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    return model.SerializeToString()


def member(packages: pathlib.Path, name: str) -> bytes:
    """Finds a file in the packages."""
    for package in sorted(packages.iterdir()):
        if zipfile.is_zipfile(package):
            with zipfile.ZipFile(package) as files:
                if name in files.namelist():
                    return files.read(name)
        elif tarfile.is_tarfile(package):
            with tarfile.open(package) as files:
                if name in files.getnames():
                    return files.extractfile(name).read()
    raise SystemExit(f"models.py: no package holds {name}")


def prepare(packages: pathlib.Path, kind: str, *arguments) -> Callable[[], object]:
    """Returns what a turn of a peer calls."""
    import numpy

    random = numpy.random.default_rng(2)
    if kind == "litert":
        from ai_edge_litert.interpreter import Interpreter

        model = member(packages, f"package/face_detection_{arguments[0]}_range.tflite")
        interpreter = Interpreter(model_content=model, num_threads=1)
        interpreter.allocate_tensors()
        [taken] = interpreter.get_input_details()
        interpreter.set_tensor(taken["index"], random.uniform(-1, 1, taken["shape"]).astype(numpy.float32))
        return interpreter.invoke
    if kind == "u2netp":
        runtime, shape = session(member(packages, "rembg/u2netp.onnx")), (1, 3, 320, 320)
    else:
        runtime, shape = session(animevideo_graph()), (1, 3, arguments[1], arguments[0])
    picture = {runtime.get_inputs()[0].name: random.uniform(0, 1, shape).astype(numpy.float32)}
    return lambda: runtime.run(None, picture)


def time_peer(pipe, packages: pathlib.Path, peer: tuple) -> None:
    """Sends what turns of a peer took."""
    run = prepare(packages, *peer)
    times, turns = 1, []
    start = time.process_time()
    while len(turns) < TURNS and (not turns or time.process_time() - start < MOST_SECONDS):
        before = time.process_time()
        for _ in range(times):
            run()
        took = time.process_time() - before
        if not turns and took < LEAST_SECONDS:
            times *= 2
            continue
        turns.append((took / times * 1e3, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
    pipe.send(turns)


def main() -> None:
    program, folder, packages, *only = sys.argv[1:]
    kernels = subprocess.run([program, "kernels"], check=True, capture_output=True, text=True).stdout.split()
    # A process that is forked begins with the peak of its parent.
    context = multiprocessing.get_context("spawn")
    for case, ours, peer in CASES:
        if not all(text in case for text in only):
            continue
        for name in kernels:
            answer = subprocess.run([program, folder, name, *ours], check=True, capture_output=True, text=True)
            for line in answer.stdout.splitlines():
                print(case, name, line, sep="\t", flush=True)
        if peer:
            mine, theirs = context.Pipe()
            process = context.Process(target=time_peer, args=(theirs, pathlib.Path(packages), peer))
            process.start()
            theirs.close()
            for took, peak in mine.recv():
                print(case, "litert" if peer[0] == "litert" else "onnxruntime", took, peak, sep="\t", flush=True)
            process.join()


if __name__ == "__main__":
    main()
