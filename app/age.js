// Ages go on by themselves; `ahead` is by how much this device's clock is ahead of the server's, in milliseconds.
(() => {
  const THIN = "\u2009"
  let ahead = 0
  const words = since => {
    const minutes = Math.floor((Date.now() - ahead - Date.parse(since)) / 60000)
    if (minutes < 1) return "just now"
    if (minutes < 60) return `${minutes}${THIN}min ago`
    const hours = Math.floor(minutes / 60), rest = minutes % 60
    if (hours < 24) return rest ? `${hours}${THIN}h ${rest}${THIN}min ago` : `${hours}${THIN}h ago`
    const days = Math.floor(hours / 24)
    return days === 1 ? "1 day ago" : `${days} days ago`
  }
  window.plumblineAges = (found = ahead) => {
    ahead = found
    for (const time of document.querySelectorAll("time[data-pl-since]")) {
      const said = words(time.dateTime)
      if (time.textContent !== said) time.textContent = said
    }
  }
})()
