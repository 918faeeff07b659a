#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports the features of a data set's images for paragon::predictor::dataset_encoder.

The encoder reads a few images of each class as vectors of a pretrained network: 512 numbers an image from ResNet-18,
768 from ViT-B/16, both with torchvision's ImageNet weights and without the classifier. This script writes them as one
float32 array of shape [classes, images, features] to an .npy file.

    python3 export_features.py FOLDER features.npy [--model resnet18|vit_b_16] [--images 20] [--size N] [--seed 0]

FOLDER holds a folder of images for each class, as torchvision.datasets.ImageFolder reads them. Of each class `--images`
are drawn at random. `--size` is what images are resized to first: 32 for ResNet-18, as published; 224 for ViT-B/16,
which takes nothing else. Colours are scaled by the mean and deviation of ImageNet. Needs Python 3.8, NumPy, PyTorch and
torchvision; downloads the weights once.

In C++ the array is read and encoded so; a second data set follows the first row by row:

    auto features = paragon::load_npy<float>("features.npy");            // [classes, images, features]
    const auto& s = features.shape();
    paragon::predictor::dataset_encoder encoder(store, {.features = s[2]}, key);
    auto code = encoder(theta, 1, s[0], context.constant(features.data(), {s[0] * s[1], s[2]}));   // [1, 56]
"""

import argparse

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def extractor(name):
    """The network without its classifier, and the size of image that it is given by default."""
    import torch
    import torchvision

    if name == "resnet18":
        network = torchvision.models.resnet18(weights="IMAGENET1K_V1")
        network.fc = torch.nn.Identity()
        return network.eval(), 32
    network = torchvision.models.vit_b_16(weights="IMAGENET1K_V1")
    network.heads = torch.nn.Identity()
    return network.eval(), 224


def features_of(folder, name, images, size, seed):
    """[classes, images, features], float32."""
    import numpy
    import torch
    import torchvision
    from torchvision import transforms

    network, usual_size = extractor(name)
    size = size or usual_size
    if name == "vit_b_16" and size != 224:
        raise SystemExit(f"--size {size}: ViT-B/16 takes images of 224")
    prepare = transforms.Compose(
        [transforms.Resize((size, size)), transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    )
    data = torchvision.datasets.ImageFolder(folder, transform=prepare)
    random = numpy.random.default_rng(seed)
    labels = numpy.array(data.targets)
    rows = []
    for label, class_name in enumerate(data.classes):
        members = numpy.flatnonzero(labels == label)
        if len(members) < images:
            raise SystemExit(f"class {class_name} has {len(members)} images; --images asks for {images}")
        chosen = random.choice(members, images, replace=False)
        with torch.no_grad():
            rows.append(network(torch.stack([data[i][0] for i in chosen])).numpy())
    return numpy.stack(rows).astype("float32")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="a folder of images for each class")
    parser.add_argument("out", help="the .npy file to write")
    parser.add_argument("--model", choices=("resnet18", "vit_b_16"), default="vit_b_16")
    parser.add_argument("--images", type=int, default=20, help="of each class (default: %(default)s)")
    parser.add_argument("--size", type=int, help="to which images are resized (default: 32, or 224 for ViT)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    import numpy

    features = features_of(options.folder, options.model, options.images, options.size, options.seed)
    numpy.save(options.out, features)
    print(f"{options.out}: classes, images, features = {features.shape}")


if __name__ == "__main__":
    main()
