// The light page keeps itself true: ages go on, what is new is fetched, and without a network it says how old it is.
(() => {
  const root = document.documentElement
  try { root.dataset.plChosen = window.localStorage.getItem("plumbline_theme") || "system" } catch { root.dataset.plChosen = "system" }
  // What a page says, apart from ages, which go on by themselves.
  const said = main => {
    const copy = main.cloneNode(true)
    for (const time of copy.querySelectorAll("time[data-pl-since]")) time.textContent = ""
    return copy.innerHTML
  }
  const offline = isSo => { document.getElementById("offline").hidden = !isSo; window.plumblineAges() }
  const refresh = async () => {
    window.plumblineAges()
    if (document.hidden || document.querySelector("details[open]")) return
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } })
      if (answer.status === 401) return location.reload()
      if (!answer.ok) return offline(true)
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
      for (const kept of [fresh.querySelector("main"), fresh.getElementById("offline")]) {
        const here = kept && document.querySelector(kept.id ? `#${kept.id}` : kept.localName)
        if (here && said(here) !== said(kept)) here.replaceChildren(...kept.childNodes)
      }
      offline(answer.headers.get("X-Plumbline-Kept") === "yes")
    } catch { offline(true) }
  }
  document.addEventListener("DOMContentLoaded", () => {
    window.plumblineAges()
    if (!document.getElementById("offline")) return
    if ("serviceWorker" in navigator) navigator.serviceWorker.register("/light/worker.js", { scope: "/light" })
    window.addEventListener("online", refresh)
    window.addEventListener("offline", () => offline(true))
    document.addEventListener("visibilitychange", refresh)
    window.setInterval(refresh, 60000)
    refresh()
  })
})()
