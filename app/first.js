// Runs before Streamlit does: says where its server is, answers for the system when it asks for the theme, puts what a
// button opens beside it, and opens mails in a frame that can do nothing.
(() => {
  // Without this the client asks for a server below each page's own address first, and is told 404.
  window.__streamlit = { BACKEND_BASE_URL: window.location.origin }

  const KEY = "plumbline_theme"
  const DARK = "(prefers-color-scheme: dark)"
  const root = document.documentElement
  const askBrowser = window.matchMedia.bind(window)
  const system = askBrowser(DARK)
  const hearers = new Set()

  const kept = () => {
    try { return window.localStorage.getItem(KEY) } catch { return null }  // a browser that keeps nothing
  }
  const choice = () => (["light", "dark"].includes(kept()) ? kept() : "system")
  const isDark = () => (choice() === "system" ? system.matches : choice() === "dark")

  const answer = {
    media: DARK,
    get matches() { return isDark() },
    addEventListener: (_, hear) => hearers.add(hear),
    removeEventListener: (_, hear) => hearers.delete(hear),
    addListener: hear => hearers.add(hear),
    removeListener: hear => hearers.delete(hear),
  }
  window.matchMedia = query => (query === DARK ? answer : askBrowser(query))

  const mark = () => {
    for (const button of document.querySelectorAll("[data-pl-theme]"))
      button.setAttribute("aria-pressed", String(button.dataset.plTheme === choice()))
  }
  const paint = () => {
    root.style.colorScheme = isDark() ? "dark" : "light"
    root.dataset.plChosen = choice()
    mark()
  }
  const tell = () => {
    paint()
    hearers.forEach(hear => hear({ matches: isDark(), media: DARK }))
  }
  const choose = name => {
    try { window.localStorage.setItem(KEY, name) } catch { return }
    tell()
  }

  system.addEventListener("change", tell)
  window.addEventListener("storage", event => event.key === KEY && tell())
  document.addEventListener("focusin", mark)
  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("[data-pl-theme]")
    if (button) choose(button.dataset.plTheme)
  })
  paint()

  // What a quiet button opens stands below it, whole on the screen; on a phone the stylesheet keeps it at the bottom.
  const put = opened => {
    const button = document.querySelector(`[popovertarget="${opened.id}"]`)
    if (!button || window.innerWidth <= 640) { opened.style.left = opened.style.top = ""; return }
    const at = button.getBoundingClientRect()
    const top = Math.min(at.bottom + 8, window.innerHeight - opened.offsetHeight - 16)
    opened.style.left = `${Math.max(16, Math.min(at.left, window.innerWidth - opened.offsetWidth - 16))}px`
    opened.style.top = `${Math.max(16, top)}px`
  }
  const putAgain = event => {
    const opened = document.querySelector(".pl-opened:popover-open")
    if (opened && !(event.target instanceof Node && opened.contains(event.target))) put(opened)
  }
  document.addEventListener("toggle", event => {
    if (event.newState === "open" && event.target.classList.contains("pl-opened")) put(event.target)
  }, true)
  document.addEventListener("scroll", putAgain, true)
  window.addEventListener("resize", putAgain)
  document.addEventListener("click", async event => {
    const button = event.target instanceof Element && event.target.closest("[data-pl-copy]")
    if (!button) return
    const text = button.nextElementSibling
    try {
      await navigator.clipboard.writeText(text.textContent)
      button.textContent = "Copied"
    } catch {  // no right to the clipboard, as without https: it is chosen, to be copied by hand
      window.getSelection().selectAllChildren(text)
    }
  })

  // A mail comes as base64, because Streamlit cleans what it draws: no script runs in the frame, no form is sent; it is
  // of our origin only so that its height can be known.
  const open = place => {
    const bytes = Uint8Array.from(atob(place.dataset.plLetter), letter => letter.charCodeAt(0))
    const frame = document.createElement("iframe")
    frame.title = place.dataset.plTitle
    frame.setAttribute("sandbox", "allow-same-origin allow-top-navigation-by-user-activation")
    frame.srcdoc = new TextDecoder().decode(bytes)
    let width = 0
    const fit = () => {
      if (!frame.contentDocument || place.clientWidth === width) return
      width = place.clientWidth
      frame.style.height = "0"
      frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 2}px`
    }
    frame.addEventListener("load", () => { width = 0; new ResizeObserver(fit).observe(place) })
    place.replaceChildren(frame)
  }
  // On a phone the panels of a row are swiped; who has a keyboard there swipes with the arrows, once the row has the focus.
  const ROWS = "[class*=st-key-row_]"
  // Beside it ages go on: what is replayed was drawn a while ago.
  let isAsked = false
  const reach = () => {
    isAsked = false
    window.plumblineAges()
    for (const row of document.querySelectorAll(ROWS))
      window.innerWidth <= 640 ? row.tabIndex = 0 : row.removeAttribute("tabindex")
  }
  window.addEventListener("resize", reach)
  window.setInterval(reach, 15000)
  // By the server's clock, which stands in each of its answers: a device's may be set wrong.
  fetch("/app/static/icon.png", { method: "HEAD", cache: "no-store" }).then(answer => {
    const now = Date.parse(answer.headers.get("Date") ?? "")
    if (now) window.plumblineAges(Date.now() - now)
  }).catch(() => window.plumblineAges())

  // What moved on a page that looks again by itself is read out: only what is new, and from a place that stays, since a
  // list that is replaced as a whole is read again as a whole, or not at all. What stood there at first is no news.
  const says = document.createElement("div")
  says.className = "pl-quiet"
  says.style.top = "0"
  says.setAttribute("role", "status")
  let told = null
  const tellMoves = () => {
    if (!says.isConnected && document.body) document.body.append(says)
    const list = document.querySelector("[data-pl-moves]")
    const moves = list && [...list.querySelectorAll("[data-pl-move]")]
    const news = moves && told ? moves.filter(move => !told.has(move.dataset.plMove)) : []
    if (news.length) says.textContent = news.map(move => move.querySelector("span").textContent).join(". ")
    else if (!list && says.firstChild) says.textContent = ""
    told = moves && new Set(moves.map(move => move.dataset.plMove))
  }

  new MutationObserver(() => {
    tellMoves()
    for (const place of document.querySelectorAll("[data-pl-letter]:empty")) open(place)
    if (!isAsked) isAsked = Boolean(window.requestAnimationFrame(reach))
  }).observe(root, { childList: true, subtree: true })
})()
