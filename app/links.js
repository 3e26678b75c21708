// Links to the portal's own pages go there as the browser's own "back" does, which Streamlit hears: loaded anew, the portal
// would take seconds. With a key held down or another button they do what links do. The masthead says which pages: not
// those on which something may be left half written, nor what is handed out as a file.
(() => {
  const HEADING = "h1.pl-page"
  const pages = () => document.querySelector("[data-pl-pages]")?.dataset.plPages.split(" ") ?? []
  const isOurs = link => link.target !== "_blank" && link.origin === window.location.origin && !link.hash
    && (link.closest(".pl-menu") || pages().includes(link.pathname.slice(1)))
  // What opens and shuts on its page is taken into the address or out of it as that is now: its link is of the last run,
  // and knows neither what was clicked nor what was searched for a moment ago.
  const opensOrShuts = key => {
    const parameters = new URLSearchParams(window.location.search)
    const open = parameters.getAll("open"), others = open.filter(each => each !== key)
    parameters.delete("open")
    for (const each of others.length < open.length ? others : [...open, key]) parameters.append("open", each)
    return `${window.location.pathname}?${parameters}`.replace(/\?$/, "")
  }
  const main = () => document.querySelector("[data-testid=stMain]")
  const headed = heading => {
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
  }
  let awaited = null, page = window.location.pathname, stood = null

  document.addEventListener("click", event => {
    const link = event.target instanceof Element && event.target.closest("a[href]")
    const isPlain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    if (!link || !isPlain || event.defaultPrevented || !isOurs(link)) return
    event.preventDefault()
    if (event.detail > 1) return  // of a double click the first counts: the second would shut what that opened
    link.closest("[popover]")?.hidePopover()
    const stay = link.dataset.plStay
    awaited = { link, stay, was: link.getAttribute("aria-expanded"), before: document.querySelector(HEADING)?.textContent,
      isSame: link.pathname === window.location.pathname, until: Date.now() + 10_000 }
    window.history.replaceState({ ...window.history.state, plStood: main()?.scrollTop }, "")
    window.history.pushState({}, "", stay ? opensOrShuts(stay) : link.href)
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
    if (!stay) main()?.scrollTo(0, 0)
  })

  // Streamlit's way past the menu leads to what the menu, too, stands in.
  document.addEventListener("click", event => {
    if (!(event.target instanceof Element && event.target.closest("a[href='#stMain']"))) return
    const heading = document.querySelector(HEADING)
    if (heading) headed(heading)
  })

  // Who goes on by keyboard, or listens, begins at the new page's heading, as with a page that is loaded; where something
  // was opened on the same page, at what opened it.
  const arrived = () => {
    if (awaited.stay) {
      const again = document.querySelector(`[data-pl-stay="${awaited.stay}"]`)
      return again && again.getAttribute("aria-expanded") !== awaited.was ? again : null
    }
    const heading = document.querySelector(HEADING)
    const isThere = heading && !awaited.link.isConnected && (awaited.isSame || heading.textContent !== awaited.before)
    return isThere ? heading : null
  }
  const arrive = () => {
    const place = arrived()
    if (place) headed(place)
    if (place || Date.now() > awaited.until) awaited = null
  }

  // The browser's way back leads to where one stood, once the page is drawn so far down, unless the reader goes on first;
  // to its end where it has become shorter. It holds there while the page is still being drawn, which takes parts away.
  const isDrawing = () => document.querySelector("[data-test-script-state]")?.dataset.testScriptState !== "notRunning"
  window.addEventListener("popstate", event => {
    const isOther = window.location.pathname !== page, before = document.querySelector(HEADING)?.textContent
    page = window.location.pathname
    if (!event.isTrusted) stood = null  // who follows a link goes on
    else if (isOther) stood = { at: event.state?.plStood ?? 0, before, until: Date.now() + 10_000, end: Date.now() + 30_000 }
  })
  const goBack = () => {
    const heading = document.querySelector(HEADING), room = main() ? main().scrollHeight - main().clientHeight : -1
    const isOver = Date.now() > stood.until && (stood.isThere || !isDrawing())
    if (isOver || Date.now() > stood.end) stood = null
    else if (heading && heading.textContent !== stood.before) {
      if (!stood.isDrawn) headed(heading)
      stood.isDrawn = true
      if (isDrawing() && room + 1 < stood.at) return  // a part of a pixel is rounded away
      main().scrollTo(0, stood.at)
      if (!stood.isThere || isDrawing()) stood = { ...stood, until: Date.now() + 3000, isThere: true }
    }
  }
  for (const goesOn of ["wheel", "touchstart", "keydown", "pointerdown"])
    window.addEventListener(goesOn, () => { stood = null }, { capture: true, passive: true })

  new MutationObserver(() => {
    if (awaited) arrive()
    if (stood) goBack()
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-test-script-state"] })
})()
