// An editor for SQL over a plain textarea: colours lie under it, a list of what could come next hangs at the caret.
// The textarea is what a screen reader and the keyboard have; nothing else can be focused but the two buttons.
const PIECES = new RegExp(
  [
    "(--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$))",
    "([eE]?'(?:[^']|'')*(?:'|$)|\\$(\\w*)\\$[\\s\\S]*?(?:\\$\\3\\$|$))",
    "(\\{\\{[^}\\n]*\\}\\}|(?<![:\\w]):[A-Za-z_]\\w*)",
    "(\\b\\d[\\w.]*)",
    "([A-Za-z_]\\w*|\"[^\"]*\")",
  ].join("|"),
  "g",
)
const MOST = 12
const PAUSE_MS = 700

const escape = text => text.replace(/[&<>]/g, sign => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign])

const painted = (text, keywords, wrong) => {
  let out = "", at = 0
  const put = (piece, kind, from) => {
    const marked = wrong !== null && wrong >= from && wrong < from + piece.length && piece.trim()
    const said = kind ? `<span class="${kind}">${escape(piece)}</span>` : escape(piece)
    out += marked ? `<span class="wrong">${said}</span>` : said
  }
  for (const found of text.matchAll(PIECES)) {
    if (found.index > at) put(text.slice(at, found.index), "", at)
    const [piece, comment, string, , parameter, number, word] = found
    const kind = comment ? "c" : string ? "t" : parameter ? "p" : number ? "n"
      : word.toLowerCase() === "metric" ? "m" : keywords.has(word.toLowerCase()) ? "k" : ""
    put(piece, kind, found.index)
    at = found.index + piece.length
  }
  put(text.slice(at), "", at)
  return out + "\n"
}

// What could stand at the caret: [what is put in, what is said of it], the likeliest first, and where the word begins.
const offers = (text, caret, words, isAsked) => {
  const before = text.slice(0, caret)
  const quoted = before.match(/\bmetric\s*\(\s*'(\w*)$/i)
  if (quoted) return [near(words.metrics.map(([name, label]) => [name, label]), quoted[1]), caret - quoted[1].length]
  const by = before.match(/\bmetric\s*\(\s*'(\w+)'[^()]*\bby\s*=>\s*'(?:[\w\s]*,)?\s*(\w*)$/i)
  if (by) {
    const metric = words.metrics.find(([name]) => name === by[1])
    return [near((metric ? metric[2] : []).map(name => [name, "dimension"]), by[2]), caret - by[2].length]
  }
  const typed = before.match(/[A-Za-z_][\w.]*$/)?.[0] ?? ""
  if (!typed && !isAsked) return [[], caret]
  const [, table, part] = typed.match(/^(.*)\.(\w*)$/) ?? [null, "", typed]
  const used = tablesIn(text)
  if (table) {
    const whole = used.get(table.toLowerCase()) ?? table.toLowerCase()
    const columns = words.columns[whole]
    if (columns) return [near(columns.map(([name, kind]) => [name, kind]), part), caret - part.length]
    return [near(words.tables.filter(([name]) => name.startsWith(`${table.toLowerCase()}.`))
      .map(([name, says]) => [name.slice(table.length + 1), says]), part), caret - part.length]
  }
  if (typed.length < 2 && !isAsked) return [[], caret]
  const columns = [...new Set(used.values())].flatMap(name => (words.columns[name] ?? []).map(([one, kind]) => [one, kind]))
  for (const [, name] of text.matchAll(/\bmetric\s*\(\s*'(\w+)'/gi)) {
    const metric = words.metrics.find(([one]) => one === name)
    if (metric) columns.push(["month", "date"], ["value", metric[1]], ...metric[2].map(one => [one, "dimension"]))
  }
  const isTable = /\b(from|join)\s+[\w.]*$/i.test(before)
  const tables = words.tables.map(([name, says]) => [name, says])
  const metrics = words.metrics.map(([name, label]) => [`metric('${name}')`, label])
  const keywords = words.keywords.map(word => [word, ""])
  const every = isTable ? [...tables, ...metrics] : [...columns, ...keywords, ...tables, ...metrics]
  return [near(every, typed), caret - typed.length]
}

const tablesIn = text => {
  const found = new Map()
  for (const [, name, alias] of text.matchAll(/\b(?:from|join|,)\s+([A-Za-z_]\w*\.[A-Za-z_]\w*)(?:\s+(?:as\s+)?([A-Za-z_]\w*))?/gi)) {
    found.set(name.toLowerCase(), name.toLowerCase())
    found.set(name.split(".")[1].toLowerCase(), name.toLowerCase())
    if (alias) found.set(alias.toLowerCase(), name.toLowerCase())
  }
  return found
}

// Those that begin so, then those of which a word does, then those that hold it; each once.
const near = (every, typed) => {
  const part = typed.toLowerCase()
  const rank = name => {
    const low = name.toLowerCase()
    if (low.startsWith(part)) return 0
    return low.includes(`.${part}`) || low.includes(`_${part}`) || low.includes(`'${part}`) ? 1 : low.includes(part) ? 2 : 3
  }
  const seen = new Set()
  if (every.some(([name]) => name.toLowerCase() === part)) return []  // the word is whole
  return every.map((one, at) => [rank(one[0]), at, one]).filter(([order, , [name]]) => {
    if (order === 3 || seen.has(name) ) return false
    return seen.add(name)
  }).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, MOST).map(([, , one]) => one)
}

class Editor {
  constructor(root) {
    this.area = root.querySelector("textarea")
    this.colours = root.querySelector("pre")
    this.list = root.querySelector(".list")
    this.paper = root.querySelector(".paper")
    this.told = root.querySelector(".quiet[role=status]")
    this.buttons = { run: root.querySelector("[data-act=run]"), plan: root.querySelector("[data-act=plan]") }
    this.revision = null
    this.sent = ""
    this.shown = []
    this.chosen = 0
    this.isLeaving = false
    this.area.addEventListener("input", () => { this.wrong = null; this.paint(); this.offer(false); this.sendSoon() })
    this.area.addEventListener("scroll", () => this.follow())
    this.area.addEventListener("keydown", event => this.press(event))
    this.area.addEventListener("click", () => this.hide())
    this.area.addEventListener("blur", () => { this.isLeaving = false; setTimeout(() => this.hide(), 120); this.send() })
    this.list.addEventListener("mousedown", event => {
      const item = event.target.closest("li")
      event.preventDefault()
      if (item) this.take(Number(item.dataset.at))
    })
    for (const [act, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.ask(act))
  }

  // A new text comes only with a new revision: what is being typed is never overwritten by what was sent before.
  show(data, component) {
    this.data = data
    this.component = component
    this.keywords ??= new Set(data.words.keywords)
    if (data.revision !== this.revision) {
      this.revision = data.revision
      this.area.value = this.sent = data.text
      if (data.focus) this.area.focus({ preventScroll: true })
    }
    this.wrong = data.error && data.error.text === this.area.value ? this.offset(data.error) : null
    for (const button of Object.values(this.buttons)) button.disabled = data.running
    this.area.setAttribute("aria-label", data.label)
    this.paint()
  }

  offset({ line, column }) {
    const lines = this.area.value.split("\n")
    return lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1
  }

  paint() {
    this.colours.innerHTML = painted(this.area.value, this.keywords, this.wrong ?? null)
    this.follow()
  }

  follow() {
    if (this.area.scrollLeft < 20) this.area.scrollLeft = 0  // a browser stops short of the margin
    this.colours.scrollTop = this.area.scrollTop
    this.colours.scrollLeft = this.area.scrollLeft
  }

  sendSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), PAUSE_MS)
  }

  send() {
    clearTimeout(this.timer)
    if (this.area.value === this.sent) return
    this.sent = this.area.value
    this.component.setStateValue("text", this.sent)
  }

  ask(act) {
    if (this.data.running) return
    clearTimeout(this.timer)
    this.sent = this.area.value
    this.component.setTriggerValue(act, this.sent)
  }

  press(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); this.hide(); this.ask("run"); return }
    if (event.ctrlKey && event.key === " ") { event.preventDefault(); this.offer(true); return }
    if (!this.list.hidden) {
      const moves = { ArrowDown: 1, ArrowUp: -1 }
      if (event.key in moves) {
        event.preventDefault()
        this.mark(this.isEntered ? this.chosen + moves[event.key] : moves[event.key] > 0 ? 0 : -1)
        this.isEntered = true
        return
      }
      // Enter takes what was chosen; of somebody who just types it ends the line.
      if (event.key === "Tab" || (event.key === "Enter" && this.isEntered)) { event.preventDefault(); this.take(this.chosen); return }
      if (event.key === "Enter") { this.hide(); return }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); this.hide(); return }
      if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) this.hide()
      return
    }
    if (event.key === "Escape") { this.isLeaving = true; return }
    if (event.key === "Tab" && !event.shiftKey && !this.isLeaving) { event.preventDefault(); this.put("  "); return }
    if (event.key !== "Shift") this.isLeaving = false
  }

  put(text, from = this.area.selectionStart) {
    this.area.setSelectionRange(from, this.area.selectionEnd)
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, from, this.area.selectionEnd, "end")
      this.area.dispatchEvent(new Event("input"))
    }
  }

  offer(isAsked) {
    const [shown, from] = offers(this.area.value, this.area.selectionStart, this.data.words, isAsked)
    this.shown = shown
    this.from = from
    if (!shown.length) { this.hide(); return }
    this.list.replaceChildren(...shown.map(([name, says], at) => {
      const item = document.createElement("li")
      item.id = `offer_${at}`
      item.role = "option"
      item.dataset.at = at
      item.append(name)
      const said = document.createElement("span")
      said.append(says ?? "")
      item.append(said)
      return item
    }))
    this.list.hidden = false
    this.isEntered = isAsked
    this.area.setAttribute("aria-expanded", "true")
    this.place()
    this.mark(0)
    this.told.textContent = `${shown.length} offers. Arrows choose, Tab takes, Escape closes.`
  }

  // Below the caret, measured by a copy of the text before it.
  place() {
    const probe = this.colours.cloneNode()
    probe.style.visibility = "hidden"
    probe.textContent = this.area.value.slice(0, this.from)
    const end = document.createElement("span")
    end.textContent = "|"
    probe.append(end)
    this.paper.append(probe)
    const left = end.offsetLeft - this.area.scrollLeft, top = end.offsetTop + end.offsetHeight - this.area.scrollTop
    probe.remove()
    const room = this.paper.clientWidth - this.list.offsetWidth - 6
    this.list.style.left = `${Math.max(6, Math.min(left, room))}px`
    this.list.style.top = `${Math.min(top, this.paper.clientHeight - 10) + 2}px`
  }

  mark(at) {
    this.chosen = (at + this.shown.length) % this.shown.length
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === this.chosen))
      if (index === this.chosen) item.scrollIntoView({ block: "nearest" })
    }
    this.area.setAttribute("aria-activedescendant", `offer_${this.chosen}`)
  }

  take(at) {
    const name = this.shown[at]?.[0]
    this.hide()
    if (name === undefined) return
    this.area.focus()
    this.put(name, this.from)
    this.hide()
  }

  hide() {
    this.list.hidden = true
    this.area.setAttribute("aria-expanded", "false")
    this.area.removeAttribute("aria-activedescendant")
    this.told.textContent = ""
  }
}

const editors = new WeakMap()

export default component => {
  const root = component.parentElement
  const area = root.querySelector("textarea")
  if (!editors.has(area)) editors.set(area, new Editor(root))
  editors.get(area).show(component.data, component)
}
