#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs ONNX files with programs that are not ours and compares the results.

evaluate.py --available
    Exit status 0 where numpy and onnxruntime or onnx can be imported, and says which.
evaluate.py TOLERANCE FOLDER...
    Each folder holds model.onnx, input.npy and the expected output_0.npy, output_1.npy, ... in the model's order.
    Checks the file where onnx is there, runs it with onnxruntime and with onnx's reference evaluator, each where it is
    there, and fails where an output has another shape or differs by more than TOLERANCE of its largest number.
"""
import os
import sys


def engines():
    """Names of the programs that are there, with a function (path, input) -> outputs for each."""
    found = {}
    try:
        import onnxruntime

        def run(path, x):
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            return session.run(None, {session.get_inputs()[0].name: x})

        found["onnxruntime " + onnxruntime.__version__] = run
    except ImportError:
        pass
    try:
        import onnx
        from onnx.reference import ReferenceEvaluator

        def evaluate(path, x):
            model = onnx.load(path)
            onnx.checker.check_model(model, full_check=True)
            return ReferenceEvaluator(model).run(None, {model.graph.input[0].name: x})

        found["onnx " + onnx.__version__] = evaluate
    except ImportError:
        pass
    return found


def main(arguments):
    try:
        import numpy
    except ImportError:
        print("no numpy")
        return 1
    found = engines()
    if not found:
        print("neither onnxruntime nor onnx")
        return 1
    if arguments == ["--available"]:
        print(", ".join(found))
        return 0
    tolerance = float(arguments[0])
    bad = 0
    for folder in arguments[1:]:
        path = os.path.join(folder, "model.onnx")
        x = numpy.load(os.path.join(folder, "input.npy"))
        for name, run in found.items():
            outputs = run(path, x)
            worst = 0.0
            for i, y in enumerate(outputs):
                expected = numpy.load(os.path.join(folder, f"output_{i}.npy"))
                if y.shape != expected.shape:
                    print(f"{path}: {name}: output {i} has shape {y.shape}; expected {expected.shape}")
                    bad += 1
                    continue
                difference = numpy.abs(y - expected).max() / max(numpy.abs(expected).max(), 1e-30)
                if not difference <= tolerance:
                    print(f"{path}: {name}: output {i} differs by {difference:.3g} of its largest number")
                    bad += 1
                worst = max(worst, difference)
            if os.path.exists(os.path.join(folder, f"output_{len(outputs)}.npy")):
                print(f"{path}: {name}: {len(outputs)} outputs; expected more")
                bad += 1
            print(f"{path}: {name}: {len(outputs)} outputs, largest difference {worst:.3g}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
