"""What C programs of models are made of: functions of a number, and loops over rows."""

from __future__ import annotations

#: Functions of one number as expressions of it, in single precision; NAME(a) stands for a function of libm.
EXPRESSIONS = {
    "absolute": "fabsf({a})",
    "exp": "expf({a})",
    "expm1": "expm1f({a})",
    "is_nan": "(isnan({a}) ? 1.0f : 0.0f)",
    "log": "logf({a})",
    "log1p": "log1pf({a})",
    "log_gamma": "lgammaf({a})",
    "relu": "fmaxf({a}, 0.0f)",
    "tanh": "tanhf({a})",
    # of several
    "add": "({a} + {b})",
    "divide": "({a} / {b})",
    "equal": "({a} == {b} ? 1.0f : 0.0f)",
    "less": "({a} < {b} ? 1.0f : 0.0f)",
    "maximum": "fmaxf({a}, {b})",
    "multiply": "({a} * {b})",
    "select": "({a} != 0.0f ? {b} : {c})",
    "subtract": "({a} - {b})",
    "for_rows": "{a}",
}

#: Functions of one number that libm does not have, in single precision: what they return.
RETURNED = {
    "elu": "a > 0.0f ? a : expm1f(a)",
    "gelu": "0.5f * a * erfcf(a * -0.707106781f)",
    "leaky_relu": "a > 0.0f ? a : 0.01f * a",
    "sigmoid": "1.0f / (1.0f + expf(-a))",
    "silu": "a / (1.0f + expf(-a))",
    "softplus": "fmaxf(a, 0.0f) + log1pf(expf(-fabsf(a)))",
}

#: Loops, in single precision: their parameters, and the body.
LOOPS = {
    # The bias comes last, as in the library.
    "dense": (
        "const float *x, const float *weight, const float *bias, int inputs, int outputs, float *y",
        """  for (int j = 0; j < outputs; j++) y[j] = 0.0f;
  for (int i = 0; i < inputs; i++) {
    for (int j = 0; j < outputs; j++) y[j] += x[i] * weight[i * outputs + j];
  }
  for (int j = 0; j < outputs; j++) y[j] += bias[j];
""",
    ),
    "intervals": (
        "const float *x, const float *numbers, int columns, int size, double *y",
        """  for (int j = 0; j < columns; j++, numbers += size) {
    int low = 0, high = size - 2;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (numbers[middle] <= x[j]) low = middle;
      else high = middle - 1;
    }
    y[j] = (double)j * size + low;
  }
""",
    ),
    "dense_transposed": (
        "const float *x, const float *weight, const float *bias, int inputs, int outputs, float *y",
        """  for (int j = 0; j < outputs; j++) {
    float sum = 0.0f;
    for (int i = 0; i < inputs; i++) sum += x[i] * weight[j * inputs + i];
    y[j] = sum + bias[j];
  }
""",
    ),
    "softmax": (
        "const float *x, int groups, int size, float *y",
        """  for (int g = 0; g < groups; g++, x += size, y += size) {
    float highest = x[0], sum = 0.0f;
    for (int k = 1; k < size; k++) highest = fmaxf(highest, x[k]);
    for (int k = 0; k < size; k++) sum += y[k] = expf(x[k] - highest);
    for (int k = 0; k < size; k++) y[k] /= sum;
  }
""",
    ),
    "group_sum": (
        "const float *x, int groups, int size, float *y",
        """  for (int g = 0; g < groups; g++, x += size) {
    y[g] = 0.0f;
    for (int k = 0; k < size; k++) y[g] += x[k];
  }
""",
    ),
    "group_maximum": (
        "const float *x, int groups, int size, float *y",
        """  for (int g = 0; g < groups; g++, x += size) {
    y[g] = x[0];
    for (int k = 1; k < size; k++) y[g] = fmaxf(y[g], x[k]);
  }
""",
    ),
    "group_argmax": (
        "const float *x, int groups, int size, float *y",
        """  for (int g = 0; g < groups; g++, x += size) {
    int best = 0;
    for (int k = 1; k < size; k++) best = x[k] > x[best] ? k : best;
    y[g] = (float)best;
  }
""",
    ),
}


def in_precision(code: str, is_double: bool) -> str:
    """Code of single precision in the wanted one."""
    if not is_double:
        return code
    for name in ("fabs", "exp", "expm1", "log", "log1p", "lgamma", "fmax", "tanh", "erfc"):
        code = code.replace(f"{name}f(", f"{name}(")
    for text in ("0.0", "1.0", "0.5", "0.01", "0.707106781"):
        code = code.replace(f"{text}f", text)
    return code.replace("0.707106781", "0.70710678118654752").replace("float", "double")


def name_of(function: str, is_double: bool) -> str:
    """What a function that is written out is called in this precision."""
    return f"{function}_double" if is_double else function


def definition(function: str, is_double: bool) -> str:
    """A function of the program."""
    name = name_of(function, is_double)
    if function in RETURNED:
        return in_precision(f"static float {name}(float a) {{ return {RETURNED[function]}; }}\n", is_double)
    parameters, body = LOOPS[function]
    return in_precision(f"static void {name}({parameters}) {{\n{body}}}\n", is_double)
