// Draws the charts of a page with Chart.js, which an earlier script has loaded. The figures are in a table as well.
const BAR = 30
const ROOM = 110
const TONES = {
  planned: { fill: '#5694ca', text: '#0b0c0c' },
  held: { fill: '#1d70b8', text: '#ffffff' },
  recorded: { fill: '#003078', text: '#ffffff' },
  shared: { fill: '#bbd4ea', text: '#0b0c0c' },
  answered: { fill: '#11592f', text: '#ffffff' },
  not_yet: { fill: '#ffffff', text: '#0b0c0c' },
  dated: { fill: '#5694ca', text: '#0b0c0c' },
  undated: { fill: '#ffffff', text: '#0b0c0c' },
  late: { fill: '#ca3535', text: '#ffffff' }
}
const INK = '#0b0c0c'

// Each figure stands in its own piece of the bar, so that nobody needs to tell colours apart.
const figures = {
  id: 'figures',
  afterDatasetsDraw (chart) {
    const ctx = chart.ctx
    ctx.save()
    ctx.font = `700 14px ${window.Chart.defaults.font.family}`
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    chart.data.datasets.forEach((set, number) => {
      if (!chart.isDatasetVisible(number)) return
      chart.getDatasetMeta(number).data.forEach((bar, line) => {
        const words = String(set.data[line])
        const { x, base, y } = bar.getProps(['x', 'base', 'y'], true)
        if (!set.data[line] || Math.abs(x - base) < ctx.measureText(words).width + 4) return
        ctx.fillStyle = set.ink
        ctx.fillText(words, (x + base) / 2, y)
      })
    })
    ctx.restore()
  }
}

function set (series) {
  const tone = TONES[series.tone]
  return {
    label: series.label,
    data: series.values,
    stack: series.stack,
    backgroundColor: tone.fill,
    ink: tone.text,
    borderColor: INK,
    borderWidth: 1,
    borderSkipped: false
  }
}

function shortened (words, longest) {
  return words.length > longest ? `${words.slice(0, longest - 1)}…` : words
}

function draw (figure) {
  const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent)
  const stacks = new Set(data.series.map((each) => each.stack)).size
  const narrow = window.matchMedia('(max-width: 40rem)').matches
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  figure.hidden = false
  figure.querySelector('.app-chart__canvas').style.height = `${data.lines.length * stacks * BAR + ROOM}px`
  const chart = new window.Chart(figure.querySelector('canvas'), {
    type: 'bar',
    data: { labels: data.lines, datasets: data.series.map(set) },
    options: {
      indexAxis: 'y',
      maintainAspectRatio: false,
      animation: still ? false : { duration: 300 },
      scales: {
        x: { stacked: true, ticks: { precision: 0 }, title: { display: true, text: data.unit } },
        y: {
          stacked: true,
          grid: { display: false },
          ticks: {
            autoSkip: false,
            callback (value) { return shortened(this.getLabelForValue(value), narrow ? 18 : 40) }
          }
        }
      },
      plugins: { legend: { position: 'top', align: 'start', labels: { boxWidth: 16 } } }
    },
    plugins: [figures]
  })
  // Paper has its own width.
  window.addEventListener('beforeprint', () => chart.resize())
  window.addEventListener('afterprint', () => chart.resize())
}

window.Chart.defaults.font.family = window.getComputedStyle(document.querySelector('.app-chart__caption')).fontFamily
window.Chart.defaults.font.size = 14
window.Chart.defaults.color = INK
document.querySelectorAll('[data-chart]').forEach(draw)
