'use strict';

/*
 * What the pages do beyond links and forms: charts beside tables, a note on parts that are no longer refreshed, and the
 * summary of faults gets the focus. Every page works without it.
 */

/** Of all times of the pages. */
const TIME_ZONE = 'Europe/Kyiv';

/** Draws the first numbers of a table as bars, each under the heading of its row. */
function drawBars(element, table) {
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector('[data-value]') !== null);
  const names = rows.map((row) => row.cells[0].textContent.trim());
  const counts = rows.map((row) => Number(row.querySelector('[data-value]').dataset.value));
  const last = rows.length - 0.5;
  element.replaceChildren();
  new uPlot(
    {
      width: element.clientWidth || 600,
      height: 220,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.5, last] },
        y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.05] },
      },
      series: [
        {},
        {
          fill: '#0b4f9e',
          stroke: '#0b4f9e',
          paths: uPlot.paths.bars({ size: [0.7, 60] }),
          points: { show: false },
        },
      ],
      axes: [
        {
          splits: () => names.map((_, at) => at),
          // Long names are cut: the table below has them in full.
          values: () => names.map((name) => (name.length > 14 ? `${name.slice(0, 13)}…` : name)),
        },
        { size: 70 },
      ],
    },
    [names.map((_, at) => at), counts],
    element,
  );
}

/** Draws the table of the same section: the first column is time (seconds in data-value), the others are series. */
function draw(element) {
  const table = document.getElementById(element.dataset.chart);
  if (table === null || typeof uPlot === 'undefined') return;
  if (element.dataset.chartKind === 'bars') return drawBars(element, table);
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const column = (at) =>
    rows.map((row) => {
      const value = row.cells[at]?.dataset.value;
      return value === undefined || value === '' ? null : Number(value);
    });
  const data = heads.map((_, at) => column(at));
  const colours = ['#0b4f9e', '#a51d1d', '#11663a', '#7a4b00'];
  const series = heads.slice(1).map((head, at) => ({
    label: head.textContent.trim(),
    stroke: colours[at % colours.length],
    width: 2,
    dash: at === 0 ? undefined : [6, 3 * at],
  }));
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: TIME_ZONE,
  });
  element.replaceChildren();
  new uPlot(
    {
      width: element.clientWidth || 600,
      height: 220,
      legend: { live: false },
      cursor: { show: false },
      series: [{}, ...series],
      axes: [
        { space: 80, values: (_, ticks) => ticks.map((tick) => clock.format(new Date(tick * 1000))) },
        { size: 70 },
      ],
    },
    data,
    element,
  );
}

function drawAll() {
  document.querySelectorAll('[data-chart]').forEach(draw);
}

/** A part whose stream broke is marked; it starts again by itself as soon as it can. */
function markStale({ target }, isStale) {
  const part = target.closest('.live');
  if (part === null) return;
  if (isStale) part.dataset.stale = part.dataset.staleText;
  else delete part.dataset.stale;
}

for (const failure of ['htmx:error', 'htmx:response:error', 'htmx:sse:error'])
  document.addEventListener(failure, (event) => markStale(event, true));
document.addEventListener('htmx:sse:after:message', (event) => {
  markStale(event, event.detail.message.event === 'stale');
  drawAll();
});
window.addEventListener('resize', drawAll);
document.getElementById('errors')?.focus();
drawAll();
