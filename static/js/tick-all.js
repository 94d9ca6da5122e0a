// Ticks or unticks every box inside an element that asks for it. Without script, boxes are ticked one by one.
export function offerTickAll () {
  for (const holder of document.querySelectorAll('[data-tick-all]')) offer(holder)
}

function offer (holder) {
  const boxes = [...holder.querySelectorAll('input[type=checkbox]')]
  if (boxes.length < 2) return
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary'
  const allTicked = () => boxes.every((box) => box.checked)
  const say = () => { button.textContent = allTicked() ? 'Untick all on this page' : 'Tick all on this page' }
  button.addEventListener('click', () => {
    const tick = !allTicked()
    for (const box of boxes) box.checked = tick
    say()
  })
  holder.addEventListener('change', say)
  say()
  holder.before(button)
}
