// The first-visit tour: a dialog that points at parts of the page, one after the other. What it says comes with the page.
(() => {
  let begun = false

  const seen = at => {
    for (const one of at)
      for (const found of document.querySelectorAll(`[class*="st-key-${one}"], [data-pl-at^="${one}"]`)) {
        const box = found.getBoundingClientRect()
        if (box.width && box.height) return found
      }
    return null
  }

  const part = (tag, name, text = "") => {
    const made = document.createElement(tag)
    made.className = name
    made.textContent = text
    return made
  }

  const begin = steps => {
    const dialog = part("dialog", "pl-tour")
    const [ring, title, text, foot] = [part("div", "pl-tour-ring"), part("h2", "pl-title"), part("p", ""),
      part("div", "pl-tour-foot")]
    const [skip, count, back, next] = [part("button", "", "Skip"), part("span", "pl-subtitle"),
      part("button", "", "Back"), part("button", "pl-tour-next", "Next")]
    title.id = "pl-tour-title"
    title.tabIndex = -1
    text.id = "pl-tour-text"
    dialog.setAttribute("aria-labelledby", title.id)
    dialog.setAttribute("aria-describedby", text.id)
    ring.setAttribute("aria-hidden", "true")
    for (const button of [skip, back, next]) button.type = "button"
    foot.append(skip, count, back, next)
    const card = part("div", "pl-tour-card")
    card.append(title, text, foot)
    dialog.append(ring, card)
    const before = document.activeElement
    let at = 0

    const place = () => {
      const target = seen(steps[at].at)
      if (!target) return
      const box = target.getBoundingClientRect()
      const [top, foot_] = [Math.max(box.top - 6, 4), Math.min(box.bottom + 6, innerHeight - 4)]
      const [left, right] = [Math.max(box.left - 8, 4), Math.min(box.right + 8, innerWidth - 4)]
      Object.assign(ring.style, { top: `${top}px`, left: `${left}px`, height: `${Math.max(foot_ - top, 0)}px`,
        width: `${right - left}px` })
      const { offsetHeight: high, offsetWidth: wide } = dialog
      const below = foot_ + 12 + high <= innerHeight
      const y = below ? foot_ + 12 : top - 12 - high >= 8 ? top - 12 - high : innerHeight - high - 12
      dialog.style.top = `${y}px`
      dialog.style.left = `${Math.min(Math.max(left, 16), Math.max(innerWidth - wide - 16, 16))}px`
    }

    const show = () => {
      const step = steps[at]
      title.textContent = step.title
      text.textContent = step.text
      count.textContent = `${at + 1} of ${steps.length}`
      back.hidden = at === 0
      next.textContent = at === steps.length - 1 ? "Done" : "Next"
      const target = seen(step.at)
      const box = target.getBoundingClientRect()
      if (box.top < 0 || box.bottom > innerHeight) target.scrollIntoView({ block: box.height > innerHeight / 2 ? "start" : "center" })
      place()
      title.focus({ preventScroll: true })
    }
    const go = by => {
      if (at + by < 0) return
      if (at + by >= steps.length) return dialog.close()
      at += by
      show()
    }

    next.addEventListener("click", () => go(1))
    back.addEventListener("click", () => go(-1))
    skip.addEventListener("click", () => dialog.close())
    dialog.addEventListener("keydown", event => {
      if (event.key === "ArrowRight") go(1)
      if (event.key === "ArrowLeft") go(-1)
    })
    window.addEventListener("resize", place)
    document.addEventListener("scroll", place, true)
    dialog.addEventListener("close", () => {
      window.removeEventListener("resize", place)
      document.removeEventListener("scroll", place, true)
      dialog.remove()
      const home = before && before !== document.body && before.isConnected ? before
        : document.querySelector(".pl-whoami > button")
      home?.focus()
      fetch("/tour", { method: "POST", keepalive: true }).catch(() => {})  // without it the tour comes once more
      const address = new URL(location.href)
      address.searchParams.delete("tour")
      history.replaceState(history.state, "", address)
    })
    document.body.append(dialog)
    dialog.showModal()
    show()
  }

  // What a step points at may be drawn after it: the tour waits until nothing more has come for a while.
  let waiting = 0
  new MutationObserver(() => {
    const place = begun ? null : document.querySelector("[data-pl-tour]")
    if (!place) return
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      const steps = JSON.parse(place.dataset.plTour).filter(step => seen(step.at))
      if (begun || !steps.length) return
      begun = true
      begin(steps)
    }, 700)
  }).observe(document.documentElement, { childList: true, subtree: true })
})()
