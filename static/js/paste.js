// What is pasted from Word or a web page keeps its bullets, numbers and bold, typed as the service reads them.
// Without script, and from anywhere else, the browser pastes plain text, whose bullets the service knows too.
const STEP = '    '
const MARKED = 'li, b, strong, [data-style*="mso-list"], [data-style*="font-weight"]'
const BLOCKS = 'p, div, li, ul, ol, h1, h2, h3, h4, h5, h6, blockquote'

export function startPasting () {
  for (const box of document.querySelectorAll('form[data-autosave] textarea')) keepMarks(box)
}

export function keepMarks (box) {
  box.addEventListener('paste', (event) => {
    const page = parsed(event.clipboardData?.getData('text/html') || '')
    if (page.querySelector('table') || !page.querySelector(MARKED)) return
    const typed = textOf(page.body)
    if (!typed) return
    event.preventDefault()
    // The one way of typing into a box that its Undo knows.
    document.execCommand('insertText', false, typed)
  })
}

// Styles are only read: under another name, since the page's security policy refuses them even where nothing is shown.
function parsed (html) {
  const bare = html.replace(/<style[\s\S]*?<\/style>/gi, '').replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle\s*=/gi, ' data-style='))
  return new DOMParser().parseFromString(bare, 'text/html')
}

function styleOf (node) {
  return node.dataset.style || ''
}

function textOf (body) {
  const blocks = []
  read(body, blocks)
  return blocks.map(({ text, item }, place) => {
    const before = blocks[place - 1]
    return (before ? (item && before.item ? '\n' : '\n\n') : '') + text
  }).join('')
}

// Each block of the page that holds text and no other block, in order.
function read (element, blocks) {
  let run = []
  const close = () => {
    const text = joined(run)
    run = []
    if (!text) return
    const marker = markerOf(element)
    blocks.push({ text: marker + text, item: Boolean(marker) })
  }
  for (const node of element.childNodes) {
    if (node.nodeType === Node.ELEMENT_NODE && (node.matches(BLOCKS) || node.querySelector(BLOCKS))) {
      close()
      read(node, blocks)
    } else {
      run.push(...inline(node))
    }
  }
  close()
}

// Stretches of text with whether each is bold. Word's own bullet is a stretch to be ignored.
function inline (node) {
  if (node.nodeType === Node.TEXT_NODE) return [{ text: node.data.replace(/[\s\u00a0]+/g, ' '), bold: isBold(node.parentElement) }]
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches('style, script') || isBullet(node)) return []
  return node.matches('br') ? [{ text: '\n', bold: false }] : [...node.childNodes].flatMap(inline)
}

function isBullet (node) {
  return /mso-list:\s*ignore/i.test(styleOf(node))
}

function isBold (element) {
  for (let each = element; each && !each.matches(BLOCKS); each = each.parentElement) {
    const weight = /font-weight:\s*(\w+)/i.exec(styleOf(each))
    if (weight) return weight[1] === 'bold' || Number(weight[1]) >= 600
    if (each.matches('b, strong')) return true
  }
  return false
}

// Two asterisks stand close to the words they are about.
function joined (run) {
  const merged = []
  for (const { text, bold } of run) {
    const last = merged.at(-1)
    if (last && (last.bold === bold || !text.trim())) last.text += text
    else merged.push({ text, bold })
  }
  const marked = merged.map(({ text, bold }) => (bold ? text.replace(/\S(?:.*\S)?/g, '**$&**') : text))
  return marked.join('').replace(/ +/g, ' ').replace(/ ?\n ?/g, '\n').trim()
}

function markerOf (block) {
  const word = /mso-list:\s*\w+\s+level([0-9])/i.exec(styleOf(block))
  if (word) {
    const bullet = [...block.querySelectorAll('span')].find(isBullet)?.textContent.trim() || ''
    return STEP.repeat(Number(word[1]) - 1) + (/^[0-9]+[.)]$/.test(bullet) ? `${bullet} ` : '- ')
  }
  const item = block.closest('li')
  if (!item || [...item.querySelectorAll('p, div')].indexOf(block) > 0) return ''
  const list = item.parentElement
  let depth = 0
  for (let each = list?.parentElement?.closest('ul, ol'); each; each = each.parentElement.closest('ul, ol')) depth += 1
  const number = [...(list?.children || [])].filter((each) => each.matches('li')).indexOf(item) + (list?.start || 1)
  return STEP.repeat(depth) + (list?.matches('ol') ? `${number}. ` : '- ')
}
