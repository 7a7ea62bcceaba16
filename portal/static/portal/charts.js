// Draws what `portal.chart` wrote into the page, in the colours of suanji.css. The table beside
// each chart says the same without this script.
(() => {
  "use strict";

  const token = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const bars = (data) => {
    const only = data.series.length === 1;
    return data.series.map((series, n) => ({
      type: "bar",
      label: series.name,
      texts: series.texts,
      data: series.values.map(Number),
      backgroundColor: token(only ? "--bar" : `--series-${n + 1}`),
      hoverBackgroundColor: only ? token("--accent") : undefined,
      stack: "day",
      order: 1,
      categoryPercentage: 0.72,
      barPercentage: 1,
    }));
  };

  const capacity = (data) => ({
    type: "line",
    label: data.capacity.name,
    texts: data.labels.map(() => data.capacity.text),
    data: data.labels.map(() => Number(data.capacity.value)),
    borderColor: token("--muted"),
    borderDash: [5, 4],
    borderWidth: 1,
    pointRadius: 0,
    pointHitRadius: 0,
    order: 0,
  });

  const hint = (data) => ({
    backgroundColor: token("--surface"),
    borderColor: token("--line"),
    borderWidth: 1,
    titleColor: token("--ink"),
    bodyColor: token("--ink"),
    footerColor: token("--muted"),
    footerFont: { weight: "normal" },
    padding: 12,
    boxPadding: 6,
    displayColors: data.series.length > 1,
    filter: (item) => item.raw !== 0 && item.dataset.type === "bar",
    callbacks: {
      title: (items) => (items.length ? data.titles[items[0].dataIndex] : ""),
      label: (item) => {
        const text = item.dataset.texts[item.dataIndex];
        return item.dataset.label ? `${item.dataset.label}  ${text}` : data.totals[item.dataIndex];
      },
      footer: (items) =>
        items.length && data.series.length > 1 ? data.totals[items[0].dataIndex] : "",
    },
  });

  const scales = () => ({
    x: {
      stacked: true,
      grid: { display: false },
      border: { color: token("--faint") },
      ticks: { color: token("--muted"), maxRotation: 0, autoSkipPadding: 12 },
    },
    y: {
      stacked: true,
      beginAtZero: true,
      grid: { color: token("--line") },
      border: { display: false },
      ticks: { color: token("--muted"), maxTicksLimit: 5 },
    },
  });

  const draw = (canvas) => {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, {
      data: {
        labels: data.labels,
        datasets: [...bars(data), ...(data.capacity ? [capacity(data)] : [])],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        locale: document.documentElement.lang,
        font: { family: getComputedStyle(document.body).fontFamily },
        interaction: { mode: "index", intersect: false },
        plugins: { legend: { display: false }, tooltip: hint(data) },
        scales: scales(),
      },
    });
  };

  const canvases = () => [...document.querySelectorAll("canvas[data-chart]")];
  const drawAll = () => canvases().forEach(draw);
  const drawNew = () => canvases().filter((canvas) => !Chart.getChart(canvas)).forEach(draw);

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawNew);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
