"""The numbers that the text and the solutions of ``toolbox`` state, in the names of its cells."""
# ruff: noqa: F821

# The other class: LRP-0 with one input hands on what it gets, and each rule is linear in what comes from above.
turned = Network([*trained.layers, Dense(-np.eye(10))])
above = [ZBox(-1, 1), Gamma(0.25), LRP0()]
one, other = trained.explain(X[:20], 3, above), turned.explain(X[:20], 3, [*above, LRP0()])
assert np.allclose(one.relevance, -other.relevance, rtol=1e-12, atol=1e-12)

# Which setting was it: w² with the squared bias; and what gives (2, 4) as well.
assert np.allclose(6 * np.array([1, 4]) / 14, [0.43, 1.71], atol=0.005)
bare = Network([Dense([[1.0], [2.0]], [3.0])])
for each in (Gamma(0.25), ZPlus(), ZBox(-1, 1)):
    assert np.allclose(bare.explain([1.0, 1.0], rules=each).relevance, [2, 4])
    assert np.allclose(bare.explain([1.0, 0.0], rules=each).relevance, [2, 2] if each == ZBox(-1, 1) else [4, 0])
for each in (LRP0(absorb_bias=True), Gamma(0.25, absorb_bias=True), ZPlus(absorb_bias=True)):
    assert np.allclose(bare.explain([1.0, 1.0], rules=each).relevance, [1, 2])

# No bias of this network is positive.
assert max(layer.bias.max() for layer in trained.weighted) <= 0

# What it costs: products with weights, on the way up and down.
counts = {}
for name, x_, each in (("ε", 1, Epsilon(0.1)), ("γ", 1, Gamma(0.25)), ("z⁺", 1, ZPlus()), ("αβ", 1, AlphaBeta(2)),
                       ("LRP-0", -1, LRP0()), ("γ of both signs", -1, Gamma(0.25))):  # fmt: skip
    class Counted(Dense):
        products = 0

        def apply(self, *given):
            type(self).products += 1
            return super().apply(*given)

        def transpose(self, *given):
            type(self).products += 1
            return super().transpose(*given)

    Network([Counted([[1.0, 1.0], [2.0, -1.0]])]).explain(x_ * np.ones((5, 2)) * [1, abs(x_) * x_], 0, each)
    counts[name] = Counted.products
assert counts == {"ε": 2, "γ": 3, "z⁺": 3, "αβ": 5, "LRP-0": 2, "γ of both signs": 3}, counts

# What an explanation of VGG-16 keeps: the relevance of the inputs of each layer that shares, and of the outputs.
channels, side, kept = 3, 224, 4096 + 4096 + 1000
for kernels in maps:
    kept += channels * side**2
    channels, side = (channels, side // 2) if kernels == "M" else (kernels, side)
kept += channels * side**2
assert round(kept * 4 / 1e6) == 61

if "three" in globals():  # where the other libraries are
    largest = {name: np.abs(R[16]).max() for name, R in three.items()}
    assert round(largest["Captum"] / largest["lrp_edu"]) == 49

    # My network in Zennit as it comes, in float32, and by two rules.
    own = from_torch(mine)
    z, asked = own.forward(X), own.forward(X).argmax(axis=1)
    share = in_zennit(to_torch(own), X, asked, zr.ZPlus()).sum(axis=1) / z.max(axis=1)
    assert abs(share.min() - 0.69) < 0.01 and abs(share.max() - 0.96) < 0.01
    single = nn.Sequential(*mine).float()
    theirs = single(torch.tensor(X, dtype=torch.float)).detach().numpy()
    assert 0 < np.abs(from_torch(single).forward(X.astype("f")) - theirs).max() < 1e-5
    plain, boxed = own.explain(X), own.explain(X, rules=[ZBox(-1, 1), LRP0()])
    share = np.abs(plain.relevance).max(axis=1) / plain.value
    assert round(share.max()) == 64 and np.allclose(plain.relevance.sum(axis=1), plain.value)
    assert round((np.abs(boxed.relevance).max(axis=1) / boxed.value).max(), 2) == 0.11
    mine.double()

    # The tumor.
    shares = network.explain(pipeline[:-1].transform(data.data[1:2])[0]).relevance
    by_share, by_drop = (data.feature_names[np.argsort(each)] for each in (shares, drop))
    assert abs(np.sort(shares)[:3].sum() + 3.05) < 0.01 and abs(shares[shares < 0].sum() + 6.43) < 0.01
    assert by_drop[2] == "worst perimeter" and by_drop[2] not in by_share[:6]

    # An average pooling without Norm() in Zennit.
    from zennit.composites import LayerMapComposite

    from lrp_edu import AvgPool2d

    averaged = Network([*random.layers[:2], AvgPool2d(2), *random.layers[3:]])
    asked = averaged.forward(images).argmax(axis=1)
    ours_, normed = averaged.explain(images, asked, ZPlus()).relevance, zr.ZPlus(**no_bias, **tiny)
    assert np.abs(in_zennit(to_torch(averaged), images, asked, normed) - ours_).max() < 1e-4 * np.abs(ours_).max()
    without = LayerMapComposite([((nn.Linear, nn.Conv2d), normed), (nn.ReLU, zr.Pass())])
    _, found, share = in_composite(to_torch(averaged), images, without)
    off = np.abs(found.numpy() - ours_).max() / np.abs(ours_).max()
    assert round(off, 2) == 0.24 and abs(share - 1).max() < 0.01

    # A ReLU without Pass() in Zennit: the same, but where silent neurons get relevance from above.
    from zennit.layer import Sum

    for each in (LRP0(), Gamma(0.25), ZPlus(), AlphaBeta(2), WSquare(), Flat(), ZBox(-1, 1)):
        asked = random.forward(images).argmax(axis=1)
        ours_ = random.explain(images, asked, each).relevance
        without = LayerMapComposite([((nn.Linear, nn.Conv2d), rules[each][0])])
        off = np.abs(in_composite(to_torch(random), images, without)[1].numpy() - ours_).max() / np.abs(ours_).max()
        assert off > 0.3 if each in (WSquare(), Flat(), ZBox(-1, 1)) else off < 1e-6, (each, off)

    # The composite of the first figure, with and without a rule for batch norms, and for the Sum of a canonized ResNet.
    hooks = [((nn.Linear, nn.Conv2d), normed), (nn.ReLU, zr.Pass()), (nn.BatchNorm2d, zr.Pass())]
    off = [abs(in_composite(small, pixels, LayerMapComposite(hooks[:n]))[2] - 1).min() for n in (2, 3)]
    assert off[0] > 0.01 and off[1] < 1e-4, off
    image = torch.rand(1, 3, 32, 32, dtype=torch.double)
    four = unsettle(ResNet(Bottleneck, [1, 1, 1, 1], num_classes=10))
    hooks += [(nn.AdaptiveAvgPool2d, zr.Norm()), (Sum, zr.Norm())]
    sums = [in_composite(four, image, LayerMapComposite(hooks[:n], canonizers=[ResNetCanonizer()]))[2] for n in (4, 5)]
    assert abs(sums[0] / 16 - 1).max() < 1e-3 and abs(sums[1] - 1).max() < 1e-3, sums
