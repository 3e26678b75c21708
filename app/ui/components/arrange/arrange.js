// The cards of a dashboard, dragged to another place with the pointer, or moved and widened by keyboard. It holds no
// figure. What was arranged is sent whole, with the version that it began from; while one is on its way the next waits.
const SIZES = ["third", "half", "two_thirds", "whole"]
const SAID = { third: "a third of a row", half: "half a row", two_thirds: "two thirds of a row", whole: "a whole row" }

const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value)
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value)
  }
  made.append(...children)
  return made
}
const plain = cards => JSON.stringify(cards.map(card => [card.key, card.size]))

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".arrange")
  const kept = (root.kept ??= { cards: [], version: 0, sent: null, isDirty: false, refused: 0, focus: "", drag: "" })
  const server = () => data.cards.map(card => ({ ...card }))

  const send = () => {
    kept.sent = plain(kept.cards)
    kept.isDirty = false
    setTriggerValue("act", { cards: kept.cards.map(card => [card.key, card.size]), version: kept.version })
  }
  if (data.version !== kept.version || data.refused !== kept.refused || !kept.cards.length) {
    // The server's answer: ours as it was sent, so that what waited may follow; or another's, which counts.
    const isOurs = kept.sent !== null && plain(data.cards) === kept.sent
    kept.version = data.version
    kept.refused = data.refused
    kept.sent = null
    if (isOurs && kept.isDirty) send()
    else { kept.cards = server(); kept.isDirty = false }
  }

  // One and the same element for as long as the page stands: a new one would not be read out.
  const told = (root.told ??= el("p", { class: "told", role: "status", "aria-live": "polite" }))
  const shown = (root.shown ??= el("div"))
  if (!root.contains(told)) root.append(shown, told)
  const change = (key, cards, said) => {
    kept.cards = cards
    kept.focus = key
    const at = cards.findIndex(card => card.key === key)
    told.textContent = said ?? `${cards[at].name}: place ${at + 1} of ${cards.length}, ${SAID[cards[at].size]}.`
    if (kept.sent === null) send()
    else kept.isDirty = true
    draw()
  }
  const move = (key, to) => {
    const cards = kept.cards.filter(card => card.key !== key)
    const card = kept.cards.find(each => each.key === key)
    cards.splice(Math.min(Math.max(to, 0), cards.length), 0, card)
    if (plain(cards) !== plain(kept.cards)) change(key, cards)
  }
  const widen = (key, by) => {
    const card = kept.cards.find(each => each.key === key)
    const size = SIZES[SIZES.indexOf(card.size) + by]
    if (size) change(key, kept.cards.map(each => (each.key === key ? { ...each, size } : each)))
  }
  const take = (key, at) => {
    const name = kept.cards[at].name
    const cards = kept.cards.filter(card => card.key !== key)
    change((cards[at] ?? cards[at - 1])?.key ?? "", cards, `${name} is taken away.`)
  }

  const slotOf = (card, at) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }
    const button = el("button", {
      type: "button", class: "card", draggable: "true", "data-key": card.key, "aria-describedby": "how",
      "aria-label": `${card.name}, ${card.kind}, place ${at + 1} of ${kept.cards.length}, ${SAID[card.size]}`,
      ondragstart: event => {
        kept.drag = card.key
        event.dataTransfer.effectAllowed = "move"
        event.dataTransfer.setData("text/plain", card.name)
        setTimeout(() => slot.classList.add("dragged"), 0)
      },
      ondragend: () => { kept.drag = ""; draw() },
      onkeydown: event => {
        if (step[event.key]) move(card.key, at + step[event.key])
        else if (["+", "="].includes(event.key)) widen(card.key, 1)
        else if (["-", "_"].includes(event.key)) widen(card.key, -1)
        else if (event.key === "Home") move(card.key, 0)
        else if (event.key === "End") move(card.key, kept.cards.length)
        else if (["Delete", "Backspace"].includes(event.key)) take(card.key, at)
        else return
        event.preventDefault()
      },
    }, el("span", { class: "grip", "aria-hidden": "true" }), el("b", {}, card.name), el("small", {}, `${card.kind}, ${SAID[card.size]}`))
    const place = SIZES.indexOf(card.size)
    const acts = el("div", { class: "acts" },
      el("button", { type: "button", "aria-label": `${card.name} narrower`, title: "Narrower", disabled: place === 0, onclick: () => widen(card.key, -1) }, "−"),
      el("button", { type: "button", "aria-label": `${card.name} wider`, title: "Wider", disabled: place === 3, onclick: () => widen(card.key, 1) }, "+"),
      el("button", { type: "button", "aria-label": `Take ${card.name} away`, title: "Take away", onclick: () => take(card.key, at) }, "×"))
    const isAfter = event => {
      const box = slot.getBoundingClientRect()
      return card.size === "whole" ? event.clientY > box.top + box.height / 2 : event.clientX > box.left + box.width / 2
    }
    const slot = el("li", {
      class: `slot ${card.size}`, "data-slot": card.key,
      ondragover: event => {
        if (!kept.drag || kept.drag === card.key) return
        event.preventDefault()
        slot.classList.toggle("after", isAfter(event))
        slot.classList.toggle("before", !isAfter(event))
      },
      ondragleave: () => slot.classList.remove("before", "after"),
      ondrop: event => {
        event.preventDefault()
        const key = kept.drag
        if (!key || key === card.key) return
        const others = kept.cards.filter(each => each.key !== key)
        kept.drag = ""
        move(key, others.findIndex(each => each.key === card.key) + (isAfter(event) ? 1 : 0))
      },
    }, button, acts)
    return slot
  }

  const draw = () => {
    const had = root.getRootNode().activeElement?.dataset?.key
    shown.replaceChildren(
      el("p", { class: "how", id: "how" }, "Drag a card to its place. By keyboard: arrows move it, + and − change its width, Delete takes it away."),
      el("ol", { class: "grid", "aria-label": "Cards" }, ...kept.cards.map(slotOf)))
    const wanted = kept.focus || had
    kept.focus = ""
    if (wanted) root.querySelector(`[data-key="${wanted}"]`)?.focus({ preventScroll: true })
  }
  draw()
}
