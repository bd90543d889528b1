// Single keys for who works through a queue or a dossier. Which key does what
// stands in the list on the page; the keys work only while its switch is on, and
// never while something is being typed.
(function () {
  "use strict";
  var list = document.querySelector("[data-keys]");
  if (!list || list.dataset.keys !== "on") return;

  function typing(el) {
    return el.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox]):not([type=submit]):not([type=button]):not([type=file])") !== null;
  }

  // seen are the elements that match and can be reached.
  function seen(selector) {
    return [].filter.call(document.querySelectorAll(selector), function (el) { return el.getClientRects().length > 0; });
  }

  function focus(el) {
    if (!el) return;
    el.focus();
    el.scrollIntoView({ block: "center" });
  }

  // step moves to the next or the previous of several, from where one is.
  function step(all, by) {
    var here = document.activeElement, at = all.indexOf(here);
    if (at < 0) {
      at = by > 0 ? -1 : all.length;
      all.forEach(function (el, i) {
        var behind = here && here !== document.body && el.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING;
        if (by > 0 && behind) at = i;
        if (by < 0 && at === all.length && here && here !== document.body && !behind) at = i;
      });
    }
    focus(all[Math.max(0, Math.min(all.length - 1, at + by))]);
  }

  function help() {
    var d = document.createElement("dialog"), of = list.cloneNode(true);
    of.open = true;
    of.removeAttribute("data-keys");
    of.querySelectorAll("[id]").forEach(function (el) { el.removeAttribute("id"); });
    d.setAttribute("aria-label", list.querySelector("summary").textContent);
    var shut = document.createElement("button");
    shut.className = "button second";
    shut.textContent = list.dataset.shut;
    shut.addEventListener("click", function () { d.close(); });
    d.append(of, shut);
    d.addEventListener("close", function () { d.remove(); });
    document.body.append(d);
    d.showModal();
    shut.focus();
  }

  document.addEventListener("keydown", function (e) {
    if (e.defaultPrevented || e.ctrlKey || e.altKey || e.metaKey || e.isComposing || document.querySelector("dialog[open]")) return;
    var on = e.target instanceof Element ? e.target : document.body;
    if (typing(on)) {
      if (e.key === "Escape") on.blur();
      return;
    }
    var arrow = { ArrowDown: "j", ArrowUp: "k" }[e.key];
    var key = arrow && on.matches("[data-step]") ? arrow : e.key;
    var row = [].filter.call(list.querySelectorAll("[data-key]"), function (el) { return el.dataset.key === key; })[0];
    if (!row) return;
    e.preventDefault();
    if (row.dataset.act === "help") { help(); return; }
    var all = seen(row.dataset.of);
    if (row.dataset.act === "next") step(all, 1);
    if (row.dataset.act === "prev") step(all, -1);
    if (row.dataset.act === "go") focus(all[0]);
    if (row.dataset.act === "click" && all[0]) all[0].click();
  });
})();
