// The choices at a page's head (app/ui/choice_bar.py): the address holds them, here they are marked and changed. Streamlit
// hears of a change as it hears of the browser's own "back". Nothing of their HTML says what is chosen, so it is not drawn
// anew by a click, and what is open stays open.
(() => {
  const BAR = "[data-pl-choices]"
  const asked = () => new URLSearchParams(window.location.search)
  const controls = bar => [...bar.querySelectorAll("[data-pl-choice]")]
  const go = (parameters, isNew) => {
    const query = parameters.toString()
    const address = `${window.location.pathname}${query ? `?${query}` : ""}`
    window.history[isNew ? "pushState" : "replaceState"]({}, "", address)
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  }
  const write = (place, words) => { if (place.textContent !== words) place.textContent = words }

  const show = (control, parameters) => {
    const name = control.dataset.plChoice
    const one = parameters.get(name) ?? ""
    if (control.tagName === "SELECT")
      control.value = [...control.options].some(option => option.value === one) ? one : ""
    else if (control.getAttribute("role") === "switch") control.checked = one !== "false"
    else if (control.type === "checkbox") control.checked = parameters.getAll(name).includes(control.value)
    else control.checked = control.value === one
  }
  const tell = bar => {
    const places = [...bar.querySelectorAll("[data-pl-said]")]
    for (const place of places) {
      const chosen = bar.querySelectorAll(`[data-pl-choice="${place.dataset.plSaid}"]:checked`)
      write(place, [...chosen].map(box => box.value).join(", ") || place.dataset.plAll)
      place.classList.toggle("pl-chosen", chosen.length > 0)
    }
    const count = places.filter(place => place.classList.contains("pl-chosen")).length
    for (const place of bar.querySelectorAll("[data-pl-count]")) write(place, count ? ` (${count})` : "")
    for (const button of bar.querySelectorAll("[data-pl-clear]")) button.hidden = !count
  }
  // Two comparisons of which none is asked for: the first is what a page begins with.
  const mark = () => {
    for (const bar of document.querySelectorAll(BAR)) {
      const parameters = asked()
      for (const control of controls(bar)) show(control, parameters)
      const radios = controls(bar).filter(control => control.type === "radio")
      if (radios.length && !radios.some(radio => radio.checked)) radios[0].checked = true
      tell(bar)
    }
  }

  // What the address asks for and no control has is left out, as soon as anything is chosen.
  const choose = bar => {
    const parameters = asked()
    for (const control of controls(bar)) parameters.delete(control.dataset.plChoice)
    for (const control of controls(bar)) {
      const name = control.dataset.plChoice
      if (control.getAttribute("role") === "switch") { if (!control.checked) parameters.append(name, "false") }
      else if ((control.tagName === "SELECT" || control.checked) && control.value) parameters.append(name, control.value)
    }
    tell(bar)
    go(parameters, true)
  }
  document.addEventListener("change", event => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-pl-choice]")) return
    choose(event.target.closest(BAR))
  })
  document.addEventListener("input", event => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-pl-find]")) return
    const wanted = event.target.value.trim().toLowerCase()
    for (const label of event.target.parentElement.querySelectorAll(".pl-boxes label"))
      label.hidden = !label.textContent.toLowerCase().includes(wanted)
  })
  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("[data-pl-clear], [data-pl-asks]")
    if (!button) return
    if (button.dataset.plAsks) {  // for a form over the page: the server takes the word out of the address again
      button.closest("[popover]")?.hidePopover()
      const parameters = asked()
      parameters.set(button.dataset.plAsks, "form")
      go(parameters, false)
      return
    }
    const bar = button.closest(BAR)
    for (const box of bar.querySelectorAll(".pl-boxes input:checked")) box.checked = false
    choose(bar)
    bar.querySelector("[popovertarget]").focus()
  })

  window.addEventListener("popstate", mark)
  let isAsked = false
  new MutationObserver(() => {
    if (!isAsked) isAsked = Boolean(window.requestAnimationFrame(() => { isAsked = false; mark() }))
  }).observe(document.documentElement, { childList: true, subtree: true })
})()
