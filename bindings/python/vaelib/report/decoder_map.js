"use strict";
// The plane of two latents: a pointer, the arrow keys or two sliders choose a place, and it is decoded beside it.

(() => {
  const description = JSON.parse(document.getElementById("decoder-data").textContent);
  const decode = makeDecoder(description);
  const codes = readFloats(description.codes);
  const map = document.getElementById("decoder-plane");
  const sliders = [0, 1].map((latent) => document.getElementById(`decoder-latent-${latent}`));
  const place = document.getElementById("decoder-place");
  const result = document.getElementById("decoder-result");
  const extent = description.extent;
  let z = [0, 0];

  const toPixel = (value, size) => ((value + extent) / (2 * extent)) * size;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

  function drawPlane() {
    const size = map.width;
    const pen = map.getContext("2d");
    pen.clearRect(0, 0, size, size);
    pen.strokeStyle = colour("--line");
    pen.beginPath();
    for (let tick = Math.ceil(-extent); tick <= extent; tick++) {
      pen.moveTo(toPixel(tick, size), 0);
      pen.lineTo(toPixel(tick, size), size);
      pen.moveTo(0, toPixel(tick, size));
      pen.lineTo(size, toPixel(tick, size));
    }
    pen.stroke();
    for (let row = 0; 2 * row < codes.length; row++) {
      const number = description.classes[row];
      pen.fillStyle = number === undefined ? colour("--accent") : description.colours[number];
      pen.beginPath();
      pen.arc(toPixel(codes[2 * row], size), toPixel(-codes[2 * row + 1], size), 4, 0, 2 * Math.PI);
      pen.fill();
    }
    const [x, y] = [toPixel(z[0], size), toPixel(-z[1], size)];
    for (const [width, name] of [[7, "--paper"], [3, "--ink"]]) {
      pen.lineWidth = width;
      pen.strokeStyle = colour(name);
      pen.beginPath();
      pen.arc(x, y, 13, 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  function drawPicture(values) {
    const [height, width, depth] = [...description.shape, 1];
    result.width = width;
    result.height = height;
    const picture = new ImageData(width, height);
    const [low, high] = description.limits;
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = values[description.pixels[pixel * depth + Math.min(channel, depth - 1)]];
        picture.data[4 * pixel + channel] = (255 * (value - low)) / (high - low);
      }
      picture.data[4 * pixel + 3] = 255;
    }
    result.getContext("2d").putImageData(picture, 0, 0);
  }

  function writeTable(values) {
    description.columns.forEach((column, index) => {
      const row = result.rows[index];
      const value = values[index];
      row.cells[1].textContent = column.categories ? column.categories[value] : Number(value.toPrecision(4)).toString();
      const share = (value - column.low) / (column.high - column.low || 1);
      const length = column.categories ? 0 : Math.min(Math.max(share, 0), 1); // categories have no order
      row.cells[2].firstElementChild.style.width = `${100 * length}%`;
    });
  }

  function show(next) {
    z = next.map((value) => Math.min(Math.max(value, -extent), extent));
    const values = decode(z);
    if (description.shape) drawPicture(values);
    else writeTable(values);
    place.textContent = `latent 0: ${z[0].toFixed(2)}, latent 1: ${z[1].toFixed(2)}`;
    sliders.forEach((slider, latent) => (slider.value = z[latent]));
    drawPlane();
  }

  function follow(event) {
    const box = map.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    show([(2 * share[0] - 1) * extent, (1 - 2 * share[1]) * extent]);
  }

  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  map.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const length = event.shiftKey ? 0.5 : 0.1;
    show([z[0] + length * step[0], z[1] + length * step[1]]);
  });
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    follow(event);
  });
  map.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" || event.pressure > 0) follow(event);
  });
  sliders.forEach((slider, latent) =>
    slider.addEventListener("input", () => show(z.map((value, index) => (index === latent ? +slider.value : value)))),
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawPlane);
  document.getElementById("decoder").hidden = false;
  show(z);
})();
