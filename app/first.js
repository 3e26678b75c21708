// Runs before Streamlit does: says where its server is, answers for the system when it asks for the theme, and opens
// mails in a frame that can do nothing.
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
  new MutationObserver(() => {
    for (const place of document.querySelectorAll("[data-pl-letter]:empty")) open(place)
  }).observe(root, { childList: true, subtree: true })
})()
