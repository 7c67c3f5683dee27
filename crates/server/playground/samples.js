// @ts-check
/** Pictures that the page draws itself, so that there is something to work on at once: a view, a mark to put on it, and corners. */

/**
 * Draws an evening over hills and water.
 *
 * @returns {Promise<Blob>} A PNG of 1200 by 800 pixels.
 */
export function drawView() {
  return draw(1200, 800, (context) => {
    const sky = context.createLinearGradient(0, 0, 0, 520);
    for (const [at, color] of /** @type {[number, string][]} */ ([
      [0, "#2b3a67"],
      [0.45, "#8a6f9e"],
      [0.75, "#e8a87c"],
      [1, "#ffd9a0"],
    ])) {
      sky.addColorStop(at, color);
    }
    context.fillStyle = sky;
    context.fillRect(0, 0, 1200, 800);

    const glow = context.createRadialGradient(790, 400, 40, 790, 400, 420);
    glow.addColorStop(0, "rgb(255 240 205 / 95%)");
    glow.addColorStop(0.12, "rgb(255 225 170 / 60%)");
    glow.addColorStop(1, "rgb(255 205 150 / 0%)");
    context.fillStyle = glow;
    context.fillRect(0, 0, 1200, 800);
    context.fillStyle = "#fff4d8";
    context.beginPath();
    context.arc(790, 400, 46, 0, 2 * Math.PI);
    context.fill();

    const ranges = [
      { base: 455, height: 90, stretch: 210, shift: 0.4, color: "#a9889f" },
      { base: 495, height: 70, stretch: 150, shift: 2.1, color: "#7a6a8c" },
      { base: 530, height: 60, stretch: 110, shift: 4.2, color: "#4c4f74" },
    ];
    for (const { base, height, stretch, shift, color } of ranges) {
      context.fillStyle = color;
      context.beginPath();
      context.moveTo(0, 800);
      for (let x = 0; x <= 1200; x += 4) {
        const wave = Math.sin(x / stretch + shift) + 0.5 * Math.sin(x / (0.43 * stretch) + 2 * shift);
        context.lineTo(x, base - (height * (wave + 1.5)) / 3);
      }
      context.lineTo(1200, 800);
      context.fill();
    }

    const water = context.createLinearGradient(0, 540, 0, 800);
    water.addColorStop(0, "#c98f7d");
    water.addColorStop(0.3, "#5b5a80");
    water.addColorStop(1, "#1d2748");
    context.fillStyle = water;
    context.fillRect(0, 540, 1200, 260);
    for (let line = 0; line < 34; line += 1) {
      const y = 546 + line * line * 0.21;
      const width = 60 + 9 * line * Math.abs(Math.sin(line * 1.7));
      context.fillStyle = `rgb(255 226 180 / ${0.5 - line * 0.013})`;
      context.fillRect(790 - width / 2 + 16 * Math.sin(line * 2.3), y, width, 1.5 + line * 0.08);
    }
  });
}

/**
 * Draws a palmette, the ornament: leaves that spread from one root.
 *
 * @returns {Promise<Blob>} A PNG of 360 by 360 pixels, clear around the leaves.
 */
export function drawMark() {
  return draw(360, 360, (context) => {
    context.translate(180, 292);
    for (const side of [4, 3, 2, 1, 0]) {
      const length = 250 - 27 * side;
      for (const angle of side === 0 ? [0] : [-side, side].map((leaf) => leaf * 0.36)) {
        context.save();
        context.rotate(angle);
        const fill = context.createLinearGradient(0, 0, 0, -length);
        fill.addColorStop(0, "#c9a24b");
        fill.addColorStop(1, "#fff3cf");
        context.fillStyle = fill;
        context.beginPath();
        context.moveTo(0, 0);
        context.bezierCurveTo(-9 - length * 0.08, -length * 0.5, -length * 0.15, -length, 0, -length);
        context.bezierCurveTo(length * 0.15, -length, 9 + length * 0.08, -length * 0.5, 0, 0);
        context.fill();
        context.restore();
      }
    }
    context.fillStyle = "#c9a24b";
    context.beginPath();
    context.arc(0, 8, 25, 0, 2 * Math.PI);
    context.fill();
    context.fillRect(-62, 42, 124, 11);
  });
}

/**
 * Draws what is outside of a circle: drawn with `xor`, it cuts a picture round.
 *
 * @returns {Promise<Blob>} A PNG of 512 by 512 pixels, clear within the circle.
 */
export function drawCorners() {
  return draw(512, 512, (context) => {
    context.rect(0, 0, 512, 512);
    context.arc(256, 256, 256, 0, 2 * Math.PI);
    context.fill("evenodd");
  });
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(context: CanvasRenderingContext2D) => void} paint
 * @returns {Promise<Blob>}
 */
function draw(width, height, paint) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  paint(context);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser cannot make a PNG"))), "image/png");
  });
}
