// A curve with the reference's accepted band behind it.

import { html, listOf, svg } from "./dom.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 220, 62, 12, 12, 26];

function scale(values, from, to) {
  const [least, most] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const span = most - least || 1;
  return { least, most, at: (value) => from + ((value - least) / span) * (to - from) };
}

function shown(value) {
  return Number(value.toPrecision(3)).toString();
}

function bandOf(band) {
  const [low, high] = [listOf(band && band.low), listOf(band && band.high)];
  return listOf(band && band.steps)
    .map((step, index) => [step, low[index], high[index]])
    .filter((row) => row.every(Number.isFinite));
}

export function chart(tag, series, band) {
  const rows = bandOf(band);
  const lines = series.map((one) => ({ run: one.run, dots: one.points.map((point) => [Number(point[1]), Number(point[2])]) }));
  const finite = lines.map((line) => ({ run: line.run, dots: line.dots.filter((dot) => dot.every(Number.isFinite)) }));
  const lost = lines.some((line, index) => line.dots.length > finite[index].dots.length);
  const dots = finite.flatMap((line) => line.dots);
  if (!dots.length) return html("p", { class: "quiet" }, `${tag}: no finite points`);
  const across = scale([...dots.map((dot) => dot[0]), ...rows.map((row) => row[0])], LEFT, WIDTH - RIGHT);
  const up = scale([...dots.map((dot) => dot[1]), ...rows.flatMap((row) => row.slice(1))], HEIGHT - BOTTOM, TOP);
  const at = (step, value) => `${across.at(step).toFixed(1)},${up.at(value).toFixed(1)}`;
  const outline = [...rows.map((row) => at(row[0], row[2])), ...rows.reverse().map((row) => at(row[0], row[1]))];
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${tag} over the steps` },
    svg("path", { class: "axis", d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}` }),
    outline.length ? svg("polygon", { class: "band", points: outline.join(" ") }) : null,
    finite.map((line, index) =>
      line.dots.length === 1
        ? svg("circle", { class: `dot line${index % 4}`, cx: across.at(line.dots[0][0]), cy: up.at(line.dots[0][1]), r: 3 })
        : svg("polyline", { class: `line line${index % 4}`, points: line.dots.map((dot) => at(...dot)).join(" ") }),
    ),
    svg("text", { x: LEFT - 6, y: TOP + 8, "text-anchor": "end" }, shown(up.most)),
    svg("text", { x: LEFT - 6, y: HEIGHT - BOTTOM, "text-anchor": "end" }, shown(up.least)),
    svg("text", { x: LEFT, y: HEIGHT - 8 }, `step ${shown(across.least)}`),
    svg("text", { x: WIDTH - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, shown(across.most)),
  );
  const legend = finite.map((line, index) => html("span", { class: `key line${index % 4}` }, line.run));
  if (outline.length) legend.push(html("span", { class: "key bandkey" }, "accepted by the reference"));
  if (lost) legend.push(html("span", { class: "problem" }, "points that are not finite are not drawn"));
  return html("figure", { class: "chart" }, html("figcaption", {}, tag), drawing, html("p", { class: "legend" }, legend));
}
