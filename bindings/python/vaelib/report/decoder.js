"use strict";
// The decoder of a variational auto-encoder: a latent in, the mean of p(x|z) of each column out.

function readFloats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

const softplus = (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a)));
// A number kept softly between limits.
const bounded = (raw, lower, upper) => upper - softplus(upper - (lower + softplus(raw - lower)));

// Abramowitz and Stegun 7.1.26: wrong by at most 1.5e-7.
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

const activations = {
  sigmoid: sigmoid,
  tanh: Math.tanh,
  relu: (a) => Math.max(a, 0),
  leaky_relu: (a) => (a > 0 ? a : a / 100),
  elu: (a) => (a > 0 ? a : Math.expm1(a)),
  softplus: softplus,
  silu: (a) => a * sigmoid(a),
  gelu: (a) => (a * (1 + erf(a / Math.SQRT2))) / 2,
  identity: (a) => a,
};

// The mean of column d, from `at(block)`, its number in a block of the group's outputs; one entry a likelihood.
const meanOfLocation = (group, at, d) =>
  group.is_sigmoid ? sigmoid(at(0)) : at(0) * group.unit[d] + group.center[d];
const meanOfCount = (group, at, d) => Math.exp(bounded(at(0), -20, 20) + group.offset[d] + group.normalizer);
const means = {
  bernoulli: (group, at) => sigmoid(at(0)),
  continuous_bernoulli: (group, at) => {
    const l = at(0);
    return Math.abs(l) < 1e-3 ? 0.5 + l / 12 : 1 / -Math.expm1(-l) - 1 / l;
  },
  beta: (group, at) => sigmoid(bounded(at(0), -15, 15)),
  gaussian: meanOfLocation,
  student_t: meanOfLocation,
  laplace: meanOfLocation,
  log_normal: (group, at, d) => {
    const logVariance = group.is_predicted
      ? bounded(at(1), group.least_log_variance[d], 20) + 2 * Math.log(group.unit[d])
      : group.log_variance[d];
    return Math.exp(meanOfLocation(group, at, d) + Math.exp(logVariance) / 2);
  },
  poisson: meanOfCount,
  negative_binomial: meanOfCount,
  zero_inflated_negative_binomial: (group, at, d) => meanOfCount(group, at, d) * sigmoid(-at(group.blocks - 1)),
};

// log s - log sum_k exp(l_k), where counts are shares of a total s, else 0.
function normalizer(group, output, first) {
  if (group.log_total === null) return 0;
  let sum = 0;
  for (let d = 0; d < group.columns; d++) sum += Math.exp(bounded(output[first + d], -20, 20) + group.offset[d]);
  return group.log_total - Math.log(sum);
}

function mostProbable(output, first, classes) {
  let best = 0;
  for (let k = 1; k < classes; k++) if (output[first + k] > output[first + best]) best = k;
  return best;
}

// description: {activation, given, weights, layers: [{inputs, outputs}], groups}, given what layers see of conditions;
// returns z -> array of means.
function makeDecoder(description) {
  const weights = readFloats(description.weights);
  const activation = activations[description.activation];
  return (z) => {
    let input = [...z, ...description.given];
    let place = 0;
    description.layers.forEach((layer, index) => {
      const output = new Float64Array(layer.outputs);
      const biases = place + layer.inputs * layer.outputs;
      for (let o = 0; o < layer.outputs; o++) output[o] = weights[biases + o];
      for (let i = 0; i < layer.inputs; i++)
        for (let o = 0; o < layer.outputs; o++) output[o] += input[i] * weights[place + i * layer.outputs + o];
      place = biases + layer.outputs;
      const isLast = index === description.layers.length - 1;
      input = isLast ? output : output.map(activation);
    });
    const found = [];
    let first = 0;
    for (const group of description.groups) {
      if (group.likelihood === "given") {
        found.push(...group.values);
        continue;
      }
      if (group.likelihood === "categorical") {
        for (let d = 0; d < group.columns; d++) found.push(mostProbable(input, first + d * group.classes, group.classes));
        first += group.columns * group.classes;
        continue;
      }
      group.normalizer = normalizer(group, input, first);
      for (let d = 0; d < group.columns; d++) {
        const at = (block) => input[first + block * group.columns + d];
        found.push(means[group.likelihood](group, at, d));
      }
      first += group.columns * group.blocks;
    }
    return found;
  };
}
