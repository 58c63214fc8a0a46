"""A reader of model files by docs/file-format.md alone: h5py, numpy and zlib, all arithmetic in float64."""

import copy
import math
import struct
import zlib

import h5py
import numpy as np

LINE = b"vaelib model; an HDF5 file from byte 512 onward\n"


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def softplus(a):
    return np.log(1 + np.exp(a))


ACTIVATIONS = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "leaky_relu": lambda a: np.where(a > 0, a, a / 100),
    "elu": lambda a: np.where(a > 0, a, np.exp(a) - 1),
    "softplus": softplus,
    "silu": lambda a: a / (1 + np.exp(-a)),
    "gelu": lambda a: a * np.vectorize(lambda each: 0.5 * (1 + math.erf(each / math.sqrt(2))))(a),
    "identity": lambda a: a,
}


def bound(r, lower, upper):
    t = lower + softplus(r - lower)
    return upper - softplus(upper - t)


def seal(path):
    """Makes a changed file whole again: the user block has the length and the checksum of what follows it."""
    content = path.read_bytes()[512:]
    path.write_bytes(struct.pack("<48sQI452x", LINE, len(content), zlib.crc32(content)) + content)


class Reader:
    """A model file in memory: attributes by group, arrays by name, weights in float64."""

    def __init__(self, path):
        block, content = path.read_bytes()[:512], path.read_bytes()[512:]
        assert block == struct.pack("<48sQI452x", LINE, len(content), zlib.crc32(content))
        with h5py.File(path) as file:
            assert file.attrs["format"] == b"vaelib-model"
            is_new = "standardize" in file["architecture"].attrs or "column_groups" in file or "columns" in file
            assert file.attrs["format_version"] == (2 if is_new else 1)
            self.kind = file.attrs["kind"].decode()
            groups = ("architecture", "training", "data")
            self.architecture, self.training, self.data = (
                {name: self.value(value) for name, value in file[group].attrs.items()} for group in groups
            )
            self.column_groups = {name: column[...] for name, column in file.get("column_groups", {}).items()}
            self.history = {name: column[...] for name, column in file["history"].items()}
            self.weights = {}
            file["weights"].visititems(self.keep)
            self.classes = self.names(file, "classes")[1] if "classes" in file else None
            columns = [str(column) for column in range(self.architecture["data_dim"])]
            known = file.get("columns", {})
            self.column_names = self.names(file, "columns") if "names" in known else None
            self.column_types = [text.decode() for text in known["types"]] if "types" in known else None
            self.categories = {column: self.names(known, column) for column in columns if column in known}

    @staticmethod
    def names(file, group):
        """What the names in a group are, and the names."""
        return file[group].attrs["type"].decode(), [name.decode() for name in file[f"{group}/names"]]

    @staticmethod
    def value(value):
        return value.decode() if isinstance(value, bytes) else value

    def keep(self, name, item):
        if isinstance(item, h5py.Dataset):
            assert item.dtype == "<f4"
            self.weights[name] = item[...].astype(np.float64)

    def seen(self, x):
        return x.astype(np.float64) * self.data["scale"] + self.data["shift"]

    def dense(self, name, x, activation="identity"):
        return ACTIVATIONS[activation](x @ self.weights[f"{name}/weight"] + self.weights[f"{name}/bias"])

    def standardization(self):
        """Mean and deviation of each column, or what changes nothing."""
        names = [f"standardization/{name}" for name in ("mean", "deviation")]
        if names[0] not in self.weights or not self.weights[names[1]].any():
            return 0, 1
        return tuple(self.weights[name] for name in names)


COUNTS = ("poisson", "negative_binomial", "zero_inflated_negative_binomial")


class VAEReader(Reader):
    def groups(self):
        """A reader for each group of columns, and how many columns, inputs and outputs it has; itself if none."""
        if not self.column_groups:
            return [(self, self.architecture["data_dim"], None, None)]
        groups = []
        for k in range(len(self.column_groups["columns"])):
            group, tensors = copy.copy(self), f"columns/{k}/"
            own = {name: self.value(values[k]) for name, values in self.column_groups.items()}
            for name in ("columns", "classes", "condition", "size_factor", "standardize"):
                own[name] = int(own[name])
            group.architecture = {**self.architecture, **own, "data_dim": own["columns"]}
            group.weights = {key.removeprefix(tensors): w for key, w in self.weights.items() if key.startswith(tensors)}
            columns, likelihood = own["columns"], own["likelihood"]
            inputs = columns * (own["classes"] if likelihood == "categorical" else 1)
            predicts = own["variance"] == "predicted" and likelihood not in (
                "bernoulli", "continuous_bernoulli", "poisson", "categorical",
            )  # fmt: skip
            outputs = inputs + columns * (predicts + (likelihood == "zero_inflated_negative_binomial"))
            inputs = 0 if own["size_factor"] else inputs
            outputs = 0 if own["condition"] or own["size_factor"] else outputs
            groups.append((group, columns, inputs, outputs))
        return groups

    def inputs(self, x):
        """What the encoder sees of a group's columns, standardised."""
        if self.architecture.get("size_factor"):
            return np.empty((len(x), 0))
        if self.architecture["likelihood"] == "categorical":
            return np.eye(self.architecture["classes"])[x.astype(int)].reshape(len(x), -1)
        m, s = self.standardization()
        seen = (self.transformed(x) - m) / s
        return self.through_knots(seen, "knots", "scores") if self.has_scores() else seen

    def has_scores(self):
        return self.architecture.get("standardize_by") == "quantiles" and "standardization/knots" in self.weights

    def through_knots(self, x, source, target):
        """t of each column, or with the tensors exchanged its inverse; x is [..., D]."""
        places, values = (self.weights[f"standardization/{name}"] for name in (source, target))
        found = np.empty_like(x)
        for d in range(x.shape[-1]):
            k = np.clip(np.searchsorted(places[d], x[..., d], side="right") - 1, 0, 254)
            slope = (values[d, k + 1] - values[d, k]) / (places[d, k + 1] - places[d, k])
            found[..., d] = values[d, k] + (x[..., d] - places[d, k]) * slope
        return found

    def numbers(self, location, log_variance):
        """The mean, and the log-variance, of numbers whose scores are Gaussian, by their density."""
        u = np.linspace(-7, 7, 20_001)[:, np.newaxis, np.newaxis]
        mass = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
        m, s = self.standardization()
        x = self.through_knots(location + np.exp(log_variance / 2) * u, "scores", "knots") * s + m
        mean = (mass * x).sum(axis=0)
        return mean, np.log((mass * (x - mean) ** 2).sum(axis=0))

    def transformed(self, x):
        if self.architecture["likelihood"] == "log_normal":
            return np.log(x)
        return np.log(1 + x) if self.architecture["likelihood"] in COUNTS else x

    def network(self, part, widths, x):
        for index in range(len(widths)):
            x = self.dense(f"{part}/{index}", x, self.architecture["activation"])
        return self.dense(f"{part}/head", x)

    def inputs_of_groups(self, x):
        """What the encoder sees of the columns of each group, and whether these are conditions."""
        groups = self.groups()
        columns = np.split(self.seen(x), np.cumsum([each[1] for each in groups])[:-1], axis=1)
        return [(group.inputs(own), group.is_given()) for (group, *_), own in zip(groups, columns, strict=True)]

    def encode(self, x):
        inputs = np.concatenate([seen for seen, _ in self.inputs_of_groups(x)], axis=1)
        head = self.network("encoder", self.architecture["hidden"], inputs)
        latent = self.architecture["latent_dim"]
        return head[:, :latent], bound(head[:, latent:], -20, 20)

    def conditions(self, x):
        """What the decoder sees of examples behind z."""
        return np.concatenate([seen for seen, is_given in self.inputs_of_groups(x) if is_given], axis=1)

    def is_given(self):
        return bool(self.architecture.get("condition") or self.architecture.get("size_factor"))

    def size_factors(self, x):
        """The column that has them, [N, 1]; None without."""
        groups = self.groups()
        columns = np.split(self.seen(x), np.cumsum([each[1] for each in groups])[:-1], axis=1)
        return next((own for (g, *_), own in zip(groups, columns, strict=True) if g.architecture["size_factor"]), None)

    def decode(self, z, sizes=None):
        """Of the columns that are modelled; z has the conditions behind it."""
        h = self.network("decoder", self.architecture["decoder_hidden"], z)
        groups = [group for group in self.groups() if not group[0].is_given()]
        for group, *_ in groups:
            group.sizes, group.given = sizes, z[:, self.architecture["latent_dim"] :]
        if groups[0][0] is self:
            return self.decode_outputs(h)
        parts = np.split(h, np.cumsum([outputs for *_, outputs in groups])[:-1], axis=1)
        decoded = [group.decode_outputs(part) for (group, *_), part in zip(groups, parts, strict=True)]
        variances = [
            v if v is not None else np.log(m if group.architecture["likelihood"] == "poisson" else m * (1 - m))
            for (group, *_), (m, v) in zip(groups, decoded, strict=True)
        ]
        return np.concatenate([mean for mean, _ in decoded], axis=1), np.concatenate(variances, axis=1)

    def decode_outputs(self, h):
        """The mean of a group's columns, and the logarithm of their variance, or None if the mean determines it."""
        if self.architecture["likelihood"] == "categorical":
            logits = h.reshape(len(h), self.architecture["data_dim"], self.architecture["classes"])
            p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
            return p.argmax(axis=2), np.log(1 - p.max(axis=2))
        if self.architecture["likelihood"] == "bernoulli":
            return sigmoid(h), None
        if self.architecture["likelihood"] in ("continuous_bernoulli", "beta", *COUNTS):
            return self.decode_share_or_count(h)
        data_dim, variance = self.architecture["data_dim"], self.architecture["variance"]
        mean = h[:, :data_dim]
        if self.architecture["mean_activation"] == "sigmoid":
            mean = sigmoid(mean)
        m, s = self.standardization()
        floor = self.weights.get("standardization/floor", self.architecture["stddev_floor"])
        floor = np.where(floor > 0, floor, self.architecture["stddev_floor"])
        mean, lower, unit = mean * s + m, 2 * np.log(floor), 2 * np.log(s)
        if self.has_scores():
            mean, unit = h[:, :data_dim], 0
        log_variance = {
            "fixed": lambda: np.full_like(mean, 2 * math.log(self.architecture["noise_stddev"])),
            "learned": lambda: bound(self.weights["decoder/log_variance"] + 0 * mean, lower, 20) + unit,
            "predicted": lambda: bound(h[:, data_dim:], lower, 20) + unit,
        }[variance]()
        if self.has_scores():
            return self.numbers(mean, log_variance)
        if self.architecture["likelihood"] == "log_normal":
            square = np.exp(log_variance)
            return np.exp(mean + square / 2), np.log(np.exp(square) - 1) + 2 * mean + square
        if self.architecture["likelihood"] == "student_t":
            n = self.degrees_of_freedom()
            return mean, log_variance + np.log(n / (n - 2))
        return mean, log_variance

    def decode_share_or_count(self, h):
        """The mean, and the logarithm of the variance of a likelihood that has one of its own."""
        likelihood, data_dim = self.architecture["likelihood"], self.architecture["data_dim"]
        first, others = h[:, :data_dim], h[:, data_dim:]
        if likelihood == "continuous_bernoulli":
            return 1 / (1 - np.exp(-first)) - 1 / first, None
        if likelihood == "beta":
            m, k = sigmoid(bound(first, -15, 15)), self.second_number("log_concentration", others, -5, 12)
            return m, np.log(m * (1 - m) / (k + 1))
        m, s = (self.weights.get(f"standardization/{name}", np.zeros(1)) for name in ("mean", "deviation"))
        offset = np.log(np.maximum(np.exp(m) - 1, 0.001)) if s.all() else 0
        mean = np.exp(bound(first, -20, 20) + offset)
        if self.architecture.get("count_mean") == "share" and self.sizes is not None:
            mean *= self.sizes / mean.sum(axis=1, keepdims=True)
        elif self.architecture.get("count_mean") == "share":
            total = self.weights["standardization/total"] if s.all() else 1
            mean *= total / mean.sum(axis=1, keepdims=True)
        if likelihood == "poisson":
            return mean, None
        r = self.second_number("log_dispersion", others[:, :data_dim], -7, 12)
        p = sigmoid(h[:, -data_dim:]) if likelihood == "zero_inflated_negative_binomial" else 0
        return (1 - p) * mean, np.log((1 - p) * (mean + mean**2 / r + p * mean**2))

    def second_number(self, name, outputs, lower, upper):
        if self.architecture["variance"] == "by_condition":
            raw = self.given @ self.weights[f"decoder/{name}/weight"] + self.weights[f"decoder/{name}/bias"]
        else:
            raw = outputs if self.architecture["variance"] == "predicted" else self.weights[f"decoder/{name}"]
        return np.exp(bound(raw, lower, upper))

    def degrees_of_freedom(self):
        fixed = self.architecture.get("degrees_of_freedom", -1)
        if fixed != -1:
            return fixed
        return np.exp(bound(self.weights["decoder/degrees_of_freedom"] + np.log(4), 0, np.log(1000)))


class StackReader(Reader):
    def layer(self, index, name):
        return self.architecture[f"layer_{index}_{name}"]

    def encode(self, x, top):
        m, s = self.standardization()
        code = (self.seen(x) - m) / s
        for index in range(top + 1):
            code = self.dense(f"layers/{index}", code, self.layer(index, "activation"))
        return code

    def decode(self, code, top):
        for index in range(top, -1, -1):
            tied = self.layer(index, "tied") == 1
            own = f"layers/{index}/decoder/weight"
            weight = self.weights[f"layers/{index}/weight"].T if tied else self.weights[own]
            code = code @ weight + self.weights[f"layers/{index}/decoder/bias"]
            if self.layer(index, "loss") == "cross_entropy":
                code = sigmoid(code)
        m, s = self.standardization()
        return code * s + m

    def probabilities(self, x):
        logits = self.dense("classifier", self.encode(x, self.architecture["layer_count"] - 1))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def indicators(self, x):
        return sigmoid(self.dense("multilabel", self.encode(x, self.architecture["layer_count"] - 1)))

    def targets(self, x):
        outputs = self.dense("regressor", self.encode(x, self.architecture["layer_count"] - 1))
        m, s = (self.weights[f"regressor/standardization/{name}"] for name in ("mean", "deviation"))
        return outputs * s + m if s.all() else outputs
