// The builder's fields and shelves: dragged with the pointer, or by keyboard. It holds no figure and decides nothing:
// what may go where comes with the data, each with its reason, and every act is sent and judged again.
const SIGNS = { values: "Show", rows: "Rows", columns: "Columns", filters: "Only where" }

const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value)
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value)
  }
  made.append(...children.filter(child => child !== null))
  return made
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".builder")
  const first = data.groups[0].title
  const kept = (root.kept ??= { query: "", open: new Set(["Split by", first]), focus: "", drag: null })
  const act = (what, focus) => {
    kept.focus = focus ?? kept.focus
    setTriggerValue("act", what)
  }
  const known = new Map(data.groups.flatMap(group => group.fields.map(field => [field.name, field])))
  const told = el("p", { class: "told", role: "status", "aria-live": "polite" })
  const tell = text => { told.textContent = text }
  const why = (name, shelf) => known.get(name)?.why[shelf] ?? "It does not go there."
  const idOf = (shelf, name) => `${shelf}/${name}`

  // The small menu of a chip: where it can go, and what cannot be with its reason.
  let menu = null
  const shut = () => { menu?.remove(); menu = null }
  const openMenu = (chip, items) => {
    shut()
    menu = el("div", { class: "menu", role: "menu" }, ...items.map(item =>
      el("button", {
        type: "button", role: "menuitem", "aria-disabled": item.why ? "true" : "false",
        onclick: () => { if (item.why) tell(item.why); else { shut(); item.go() } },
      }, item.label, item.why ? el("small", {}, item.why) : null)))
    menu.addEventListener("keydown", event => {
      const all = [...menu.children]
      const at = all.indexOf(root.getRootNode().activeElement)
      if (event.key === "Escape") { shut(); chip.focus() }
      else if (event.key === "ArrowDown") all[(at + 1) % all.length].focus()
      else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length].focus()
      else return
      event.preventDefault()
      event.stopPropagation()
    })
    chip.after(menu)
    const free = menu.querySelector("[aria-disabled=false]") ?? menu.firstElementChild
    free?.focus()
  }
  root.onfocusout = event => { if (menu && !menu.contains(event.relatedTarget)) setTimeout(() => menu && !menu.matches(":focus-within") && shut(), 0) }

  const goTo = (name, shelves) => shelves.map(shelf => ({
    label: SIGNS[shelf], why: why(name, shelf),
    go: () => act({ do: "add", shelf, name }, idOf(shelf, name)),
  }))

  const begin = (event, name, from) => {
    kept.drag = { name, from }
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", name)
    setTimeout(() => root.querySelectorAll(".shelf").forEach(each => {
      each.classList.add(each.dataset.shelf === from || !why(name, each.dataset.shelf) ? "can" : "cannot")
    }), 0)
  }
  const end = () => {
    kept.drag = null
    root.querySelectorAll(".shelf").forEach(each => each.classList.remove("can", "cannot", "over"))
  }

  const fieldChip = field => {
    const reasons = Object.values(field.why)
    const isFree = reasons.some(reason => !reason)
    const reason = reasons.find(each => each && each !== "It is there already.") ?? reasons[0]
    const chip = el("button", {
      type: "button", class: "chip field", draggable: isFree ? "true" : "false", "data-id": idOf("fields", field.name),
      "aria-haspopup": "menu", "aria-disabled": isFree ? "false" : "true", title: isFree ? field.words : reason,
      onfocus: () => tell(isFree ? "" : reason), onmouseenter: () => tell(isFree ? "" : reason),
      onclick: () => openMenu(chip, goTo(field.name, Object.keys(field.why))),
      ondragstart: event => begin(event, field.name, ""), ondragend: end,
    }, el("span", { class: "grip", "aria-hidden": "true" }), field.label)
    return chip
  }

  const shelfChip = (shelf, field, at) => {
    const others = Object.keys(known.get(field.name)?.why ?? {}).filter(each => each !== shelf.name)
    const goOff = () => act({ do: "take", shelf: shelf.name, name: field.name }, idOf("fields", field.name))
    const chip = el("button", {
      type: "button", class: "chip placed", draggable: "true", "data-id": idOf(shelf.name, field.name),
      "aria-haspopup": "menu", "aria-label": `${field.label}, ${SIGNS[shelf.name]}, ${at + 1} of ${shelf.fields.length}`,
      ondragstart: event => begin(event, field.name, shelf.name), ondragend: end,
      onclick: () => openMenu(chip, [...goTo(field.name, others), { label: "Take away", why: "", go: goOff }]),
      onkeydown: event => {
        const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
        if (step) {
          event.preventDefault()
          const to = at + step
          if (to >= 0 && to < shelf.fields.length) act({ do: "add", shelf: shelf.name, name: field.name, at: to }, idOf(shelf.name, field.name))
        } else if (["Delete", "Backspace"].includes(event.key)) {
          event.preventDefault()
          goOff()
        }
      },
    }, field.label)
    const off = el("button", { type: "button", class: "off", tabindex: "-1", "aria-label": `Take ${field.label} away`, onclick: goOff }, "×")
    return el("span", { class: "slot", "data-name": field.name }, chip, off)
  }

  const placeOf = (line, event, name) => {
    const slots = [...line.querySelectorAll(".slot")].filter(each => each.dataset.name !== name)
    const at = slots.findIndex(each => {
      const box = each.getBoundingClientRect()
      return event.clientY < box.top || (event.clientY <= box.bottom && event.clientX < box.left + box.width / 2)
    })
    return at < 0 ? slots.length : at
  }

  const shelfLine = shelf => {
    const line = el("div", {
      class: "shelf", "data-shelf": shelf.name, role: "group", "aria-label": SIGNS[shelf.name],
      ondragover: event => {
        if (!kept.drag) return
        const reason = kept.drag.from === shelf.name ? "" : why(kept.drag.name, shelf.name)
        tell(reason)
        if (!reason) { event.preventDefault(); line.classList.add("over") }
      },
      ondragleave: () => line.classList.remove("over"),
      ondrop: event => {
        event.preventDefault()
        const { name } = kept.drag ?? {}
        if (name) act({ do: "add", shelf: shelf.name, name, at: placeOf(line, event, name) }, idOf(shelf.name, name))
        end()
      },
    }, ...shelf.fields.map((field, at) => shelfChip(shelf, field, at)),
    shelf.fields.length ? null : el("span", { class: "hint" }, shelf.hint))
    return [el("div", { class: "sign" }, SIGNS[shelf.name]), line]
  }

  const kindButton = kind => el("button", {
    type: "button", role: "radio", class: "kind", "aria-checked": kind.name === data.kind ? "true" : "false",
    "aria-disabled": kind.why ? "true" : "false", title: kind.why, "data-id": idOf("kind", kind.name),
    tabindex: kind.name === data.kind ? "0" : "-1",
    onfocus: () => tell(kind.why), onmouseenter: () => tell(kind.why),
    onclick: () => (kind.why ? tell(kind.why) : act({ do: "kind", name: kind.name }, idOf("kind", kind.name))),
    onkeydown: event => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
      if (!step) return
      event.preventDefault()
      const all = [...root.querySelectorAll(".kind")]
      const next = all[(all.indexOf(event.currentTarget) + step + all.length) % all.length]
      all.forEach(each => each.setAttribute("tabindex", each === next ? "0" : "-1"))
      next.focus()
    },
  }, kind.label)

  const list = el("div", { class: "groups" })
  const show = () => {
    const wanted = kept.query.toLowerCase().split(/\s+/).filter(Boolean)
    const fits = field => wanted.every(word => `${field.label} ${field.words} ${field.name}`.toLowerCase().includes(word))
    list.replaceChildren(...data.groups.map(group => {
      const free = field => Object.values(field.why).some(reason => !reason)
      const found = group.fields.filter(fits).sort((one, other) => free(other) - free(one))
      if (!found.length) return null
      const isOpen = wanted.length > 0 || kept.open.has(group.title)
      const part = el("details", { open: isOpen }, el("summary", {}, group.title, el("span", {}, String(found.length))),
        ...(isOpen ? [el("div", { class: "chips" }, ...found.map(fieldChip))] : []))
      part.addEventListener("toggle", () => {
        if (wanted.length) return
        if (part.open && !part.querySelector(".chips")) part.append(el("div", { class: "chips" }, ...found.map(fieldChip)))
        part.open ? kept.open.add(group.title) : kept.open.delete(group.title)
      })
      return part
    }).filter(Boolean))
    if (!list.children.length) list.append(el("p", { class: "hint" }, "No field says that. Try another word."))
  }
  const search = el("input", {
    type: "search", placeholder: "Search figures and fields", "aria-label": "Search figures and fields", "data-id": "search",
    oninput: event => { kept.query = event.target.value; show() },
  })
  search.value = kept.query
  show()

  const fields = el("section", {
    class: "fields", "aria-label": "Figures and fields",
    ondragover: event => kept.drag?.from && event.preventDefault(),
    ondrop: event => {
      event.preventDefault()
      if (kept.drag?.from) act({ do: "take", shelf: kept.drag.from, name: kept.drag.name })
      end()
    },
  }, search, list, told)
  const sentence = el("section", { class: "sentence", "aria-label": "What the report shows" },
    ...data.shelves.flatMap(shelfLine), el("div", { class: "sign" }, "as"),
    el("div", { class: "kinds", role: "radiogroup", "aria-label": "Kind" }, ...data.kinds.map(kindButton)))
  // The focus stays where it was, or goes with what was moved as soon as that has arrived.
  const had = root.getRootNode().activeElement?.dataset?.id
  root.replaceChildren(fields, sentence)
  const find = id => [...root.querySelectorAll("[data-id]")].find(each => each.dataset.id === id)
  const moved = find(kept.focus)
  if (moved) kept.focus = ""
  ;(moved ?? find(had))?.focus({ preventScroll: true })
}
