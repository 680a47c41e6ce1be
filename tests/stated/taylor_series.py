"""The numbers that the text of ``taylor-series`` states, in the names of its cells."""
# ruff: noqa: F821

c = wave.coefficients(0, 242)
assert f"{np.abs(c * 6.0 ** np.arange(243)).max():.0e}" == "3e+14"
assert f"{36.0**123 / float(sp.factorial(123)):.0e}" == "2e-14"  # the last term has u^121, with u = x²
assert f"{wave.f(6.0) - taylor.evaluate(c, about=0, x=6.0):.0e}" == "4e-02"
a, s = sp.symbols("a s", real=True)
assert sp.expand(sp.integrate((x - s) * 2 * s, (s, a, x)) - (x - a) ** 2 * (x + 2 * a) / 3) == 0
cubic = x**3 / 3 - x
assert sp.expand(taylor.remainder(cubic, x, about=a, degree=1) - (x - a) ** 2 * (x + 2 * a) / 3) == 0
assert set(taylor.polynomial(sp.exp(-1 / x**2), x, about=0, degree=6).as_poly(x).all_coeffs()) == {0}
# (2.5) and (2.6) step by step: the slope before and behind the corner, and the algebra of the exercise.
assert sp.expand(x * (x**2 - a**2) - sp.Rational(2, 3) * (x**3 - a**3) - (x - a) ** 2 * (x + 2 * a) / 3) == 0
for start, end in ((-1, 2), (1, -2)):
    before, behind = relu.coefficients(start, 1)[1], relu.coefficients(end, 1)[1]
    epsilon = relu.f(float(end)) - taylor.evaluate(relu.coefficients(start, 1), start, end)
    assert epsilon == (behind - before) * (end - 0) == 2
