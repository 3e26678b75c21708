// An open page that loses its connection, and finds it again: what it says meanwhile, and that nothing typed is lost.
(() => {
  // A portal that was started anew knows nothing of an open page, nor what its buttons do, and would take the first click
  // for none. So the page is asked for again at its own address, and once it is drawn what was typed is handed over as if
  // the field had been left: it lost the focus unheard when the connection ended, and would else be taken for empty.
  const KEYED = "[class*=st-key-]:is([data-testid=stElementContainer])"
  const FIELDS = ":is([data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stNumberInput]) :is(input, textarea)"
  const DRAWN_MS = 60_000, SHORT_MS = 2_000
  let typed = new Map()
  const fields = () => [...document.querySelectorAll(FIELDS)]
  const keyOf = field => [...field.closest(KEYED)?.classList ?? []].find(name => name.startsWith("st-key-")) ?? ""
  const remember = () => {
    for (const field of fields()) if (field.value && keyOf(field)) typed.set(keyOf(field), field.value)
  }
  const write = (field, value) => {  // as React hears it
    const kind = field.tagName === "TEXTAREA" ? window.HTMLTextAreaElement : window.HTMLInputElement
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value)
    field.dispatchEvent(new InputEvent("input", { bubbles: true }))
  }
  const handOver = () => {
    for (const field of fields()) {
      const was = typed.get(keyOf(field))
      if (was !== undefined && !field.value) write(field, was)
      field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }))
    }
    typed = new Map()
  }
  // Before the page has been drawn the words would be taken from their fields again. A run may be too short to be seen.
  const onceDrawn = () => {
    const began = Date.now()
    let hasRun = false
    const look = window.setInterval(() => {
      const isRunning = document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "running"
      hasRun ||= isRunning
      const waited = Date.now() - began
      if (isRunning && waited < DRAWN_MS || !hasRun && waited < SHORT_MS) return
      window.clearInterval(look)
      handOver()
    }, 100)
  }
  const goOn = () => {
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
    onceDrawn()
  }

  // From another tab somebody else may have signed in meanwhile. They begin with a document of their own: in this one are
  // the words of another.
  let whose = ""
  const heedWhose = () => {
    const now = document.querySelector(".pl-who")?.textContent
    if (!now || now === whose) return
    if (whose) {
      typed = new Map()
      window.location.reload()
    }
    whose = now
  }

  // Whoever is no more who opened the page is cut off before a click is heard: opened anew, it says what there is to do.
  let connections = 0
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given)
      this.addEventListener("close", event => event.code === 4401 ? window.location.reload() : remember())
      this.addEventListener("open", () => connections++ && window.setTimeout(goOn, 200))
    }
  }

  // While there is no connection Streamlit speaks of itself and of terminals. Only words are exchanged, in their places.
  const LOST = "Connection error"
  const reword = dialog => {
    const words = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT)
    let isSaid = false
    while (words.nextNode()) {
      const node = words.currentNode
      const aside = node.parentElement.closest("[data-testid=stCode], pre, code, a")
      if (node.data === LOST) node.data = "No connection to Plumbline"
      else if (aside) aside.hidden = true
      else if (isSaid) node.data = ""
      else if (isSaid = node.data.includes("Streamlit"))
        node.data = "What you see is as it was. The page goes on by itself as soon as it is connected again. If it stays "
          + "away, tell the person who runs Plumbline."
    }
  }

  new MutationObserver(() => {
    heedWhose()
    for (const dialog of document.querySelectorAll("[role=dialog]")) if (dialog.textContent.includes(LOST)) reword(dialog)
  }).observe(document.documentElement, { childList: true, subtree: true })
})()
