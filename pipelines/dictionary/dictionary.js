// Search: shows the entries that hold every word, and opens the one that the address names.
const search = document.getElementById("search");
const found = document.getElementById("found");
const entries = [...document.querySelectorAll("article")].map((entry) => [entry, entry.textContent.toLowerCase()]);

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const [entry, text] of entries) {
    entry.hidden = !words.every((word) => text.includes(word));
    count += entry.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector("article:not([hidden])");
  }
  found.textContent = words.length ? `${count} of ${entries.length} entries` : "";
}

function open() {
  const entry = document.getElementById(location.hash.slice(1));
  const details = entry && (entry.querySelector(":scope > details") || entry.closest("details"));
  if (!details) return;
  search.value = "";
  show();
  details.open = true;
  entry.scrollIntoView();
}

search.addEventListener("input", show);
addEventListener("hashchange", open);
open();
