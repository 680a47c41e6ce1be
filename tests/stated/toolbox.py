"""The numbers that the text and the solutions of ``toolbox`` state, in the names of its cells."""
# ruff: noqa: F821

# The other class: LRP-0 with one input hands on what it gets, and each rule is linear in what comes from above.
turned = Network([*trained.layers, Dense(-np.eye(10))])
above = [ZBox(-1, 1), Gamma(0.25), LRP0()]
one, other = trained.explain(X[:20], 3, above), turned.explain(X[:20], 3, [*above, LRP0()])
assert np.allclose(one.relevance, -other.relevance, rtol=1e-12, atol=1e-12)

# Which setting was it: w² with the squared bias.
assert np.allclose(6 * np.array([1, 4]) / 14, [0.43, 1.71], atol=0.005)

if "three" in globals():  # where the other libraries are
    largest = {name: np.abs(R[16]).max() for name, R in three.items()}
    assert round(largest["Captum"] / largest["lrp_edu"]) == 49
    found = network.explain(pipeline[:-1].transform(data.data[1:2])[0])
    assert round(np.sort(found.relevance)[:3].sum() / found.value * 100) == 56
