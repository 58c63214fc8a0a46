"""Functions of the numbers of values, place by place; each is an operation, or a few."""

from __future__ import annotations

from vaelib.interchange.computation.graph import Value

#: The kinds of operations that are functions of the numbers at one place of their operands.
ELEMENTWISE = {
    "absolute", "add", "divide", "elu", "entry", "equal", "exp", "expm1", "for_rows", "gelu", "is_nan", "leaky_relu",
    "less", "log", "log1p", "log_gamma", "maximum", "multiply", "relu", "select", "sigmoid", "silu", "softplus",
    "subtract", "tanh",
}  # fmt: skip


def absolute(x: Value) -> Value:
    """|x|."""
    return x.function("absolute")


def exp(x: Value) -> Value:
    """The power of e."""
    return x.function("exp")


def expm1(x: Value) -> Value:
    """exp(x) - 1."""
    return x.function("expm1")


def log(x: Value) -> Value:
    """The natural logarithm."""
    return x.function("log")


def log1p(x: Value) -> Value:
    """log(1 + x)."""
    return x.function("log1p")


def log_gamma(x: Value) -> Value:
    """The logarithm of the gamma function, of numbers above 0 in double precision."""
    return x.function("log_gamma")


def maximum(x: Value, y: Value | float) -> Value:
    """The larger one."""
    return x.function("maximum", y)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x))."""
    return x.function("sigmoid")


def softplus(x: Value) -> Value:
    """log(1 + exp(x))."""
    return x.function("softplus")


def equal(x: Value, y: Value | float) -> Value:
    """1 where the numbers are equal, else 0."""
    return x.function("equal", y)


def less(x: Value, y: Value | float) -> Value:
    """1 where the first number is below the second, else 0."""
    return x.function("less", y)


def is_nan(x: Value) -> Value:
    """1 where there is no number, else 0."""
    return x.function("is_nan")


def select(condition: Value, x: Value | float, y: Value | float) -> Value:
    """Of x where the condition is not 0, of y where it is."""
    return condition.function("select", x, y)


def soft_clamp(x: Value, lower: Value | float, upper: float) -> Value:
    """Held softly between bounds: t = lower + softplus(x - lower), then upper - softplus(upper - t)."""
    return upper - softplus(upper - (softplus(x - lower) + lower))


def activated(x: Value, activation: str) -> Value:
    """An activation of the library, by its name."""
    return x if activation == "identity" else x.function(activation)


def scaled(x: Value, scale: float, shift: float) -> Value:
    """x * scale + shift, rounded once, as the library has it."""
    return x if (scale, shift) == (1, 0) else (x.double() * scale + shift).single()
