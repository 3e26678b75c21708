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

  // A filter's words are those beside its box: of an attribute that reads like markup, such as "Trial --> Paid", Streamlit's
  // cleaning leaves nothing.
  const isFilter = control => control.type === "checkbox" && control.getAttribute("role") !== "switch"
  const beside = control => control.nextElementSibling.textContent
  // Where several are asked for of which one can be, it is the first that there is, as on the server; else what a page
  // begins with.
  const at = (parameters, name, words) => {
    const one = parameters.getAll(name).find(each => words.includes(each))
    return Math.max(0, words.indexOf(one))
  }

  const show = (control, parameters) => {
    const name = control.dataset.plChoice
    if (control.tagName === "SELECT")
      control.selectedIndex = at(parameters, name, [...control.options].map(option => option.text))
    else if (isFilter(control)) control.checked = parameters.getAll(name).includes(beside(control))
    else control.checked = parameters.get(name) !== "false"
  }
  const tell = bar => {
    const places = [...bar.querySelectorAll("[data-pl-said]")]
    for (const place of places) {
      const chosen = bar.querySelectorAll(`[data-pl-choice="${place.dataset.plSaid}"]:checked`)
      write(place, [...chosen].map(beside).join(", ") || place.dataset.plAll)
      place.classList.toggle("pl-chosen", chosen.length > 0)
    }
    const count = places.filter(place => place.classList.contains("pl-chosen")).length
    for (const place of bar.querySelectorAll("[data-pl-count]")) write(place, count ? ` (${count})` : "")
    for (const button of bar.querySelectorAll("[data-pl-clear]")) button.hidden = !count
  }
  const mark = () => {
    for (const bar of document.querySelectorAll(BAR)) {
      const parameters = asked()
      const radios = controls(bar).filter(control => control.type === "radio")
      for (const control of controls(bar)) if (!radios.includes(control)) show(control, parameters)
      if (radios.length) radios[at(parameters, radios[0].dataset.plChoice, radios.map(beside))].checked = true
      tell(bar)
    }
  }

  // What the address asks for and no control has is left out, as soon as anything is chosen.
  const choose = bar => {
    const parameters = asked()
    for (const control of controls(bar)) parameters.delete(control.dataset.plChoice)
    for (const control of controls(bar)) {
      const name = control.dataset.plChoice
      if (isFilter(control)) { if (control.checked) parameters.append(name, beside(control)) }
      else if (control.type === "checkbox") { if (!control.checked) parameters.append(name, "false") }
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
    const labels = [...event.target.parentElement.querySelectorAll(".pl-boxes label")]
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted)
    const none = event.target.parentElement.querySelector("[data-pl-none]")
    write(none, labels.every(label => label.hidden) ? none.dataset.plNone : "")
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
