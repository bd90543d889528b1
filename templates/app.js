// Saves each field of a form by itself as it is written. Without this script the
// form works the same: its buttons send the whole of it.
(function () {
  "use strict";
  var form = document.querySelector("form[data-autosave]");
  if (!form || !window.fetch || !window.FormData) return;
  var words = form.dataset, line = form.querySelector("[data-line]"), status = form.querySelector("[data-status]");
  var waiting = [], busy = false, failed = false, sending = false, timers = {}, base = form.dataset.autosave, query = form.dataset.query || "";
  var pause = Number(form.dataset.pause) || 800, again = 10000;

  // told announces what went wrong, or that it goes well again; a save that
  // goes well says so in plain text only, so that nobody is interrupted.
  function told(text, well) {
    line.textContent = well ? text : "";
    if (!well && status.textContent !== text) status.textContent = text;
    if (well && status.textContent) status.textContent = status.className === "hidden" ? "" : text;
    status.className = well ? "hidden" : "save-status";
  }

  function box(id) { return document.getElementById("field-" + id); }
  function seen(id) { return form.elements["seen." + id]; }

  // body is what the form would send of one field: of all that stands in its box,
  // but how it was seen, what was chosen, and files, which the button sends.
  function body(id) {
    var p = new URLSearchParams(), names = {};
    box(id).querySelectorAll("[name]").forEach(function (el) { names[el.name] = el.type !== "file" && !/^(seen|take)\./.test(el.name); });
    new FormData(form).forEach(function (value, name) { if (names[name]) p.append(name, value); });
    return p.toString();
  }

  function dirty() {
    return waiting.length > 0 || busy || Object.keys(timers).length > 0 || form.querySelector("[data-clash]") !== null;
  }

  function changed(id, wait) {
    clearTimeout(timers[id]);
    timers[id] = setTimeout(function () { push(id); }, wait);
  }

  function push(id) {
    clearTimeout(timers[id]);
    delete timers[id];
    if (waiting.indexOf(id) < 0) waiting.push(id);
    run();
  }

  // run sends one field at a time: two saves of one form never overlap.
  function run() {
    if (busy || failed || waiting.length === 0) return;
    var id = waiting.shift(), b = box(id), tag = seen(id);
    if (!b || !tag || b.querySelector("[data-clash]")) { run(); return; }
    var sent = body(id);
    if (b.dataset.sent === sent) { run(); return; }
    busy = true;
    line.textContent = words.saving;
    fetch(base + "/" + encodeURIComponent(id) + query, {
      method: "PUT", credentials: "same-origin", redirect: "manual", body: sent, keepalive: sent.length < 60000,
      headers: { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "If-Match": '"' + tag.value + '"' }
    }).then(function (r) { return r.text().then(function (text) { answered(id, sent, r, text); }); })
      .catch(function () { lost(id, words.lost); })
      .then(function () { busy = false; run(); });
  }

  function answered(id, sent, r, text) {
    var b = box(id);
    if (r.status === 200) {
      var saved = JSON.parse(text);
      seen(id).value = saved.tag;
      b.dataset.sent = sent;
      wrong(b, "");
      if (says(sent)) righted(b);
      b.querySelector("[data-by]").textContent = saved.by;
      told(saved.says, true);
    } else if (r.status === 412) {
      clash(id, text);
    } else if (r.status === 422) {
      var refused = JSON.parse(text);
      if (refused.tag) seen(id).value = refused.tag;
      b.dataset.sent = sent;
      wrong(b, refused.says);
      told(words.wrong, false);
    } else if (r.status === 401) {
      lost(id, words.ended);
    } else if (r.status === 403 || r.status === 404 || r.status === 409) {
      told(words.refused, false);
    } else {
      lost(id, words.lost);
    }
  }

  function wrong(b, text) {
    var p = b.querySelector("[data-wrong]");
    p.textContent = text;
    p.hidden = text === "";
  }

  // says tells whether what was sent says anything: that a field is empty may
  // still be what is wrong with it.
  function says(sent) {
    return Array.from(new URLSearchParams(sent).values()).some(function (value) { return value.trim() !== ""; });
  }

  // righted takes away what the page said was wrong with a field when it was last
  // sent as a whole, at the field and at the head of the page.
  function righted(b) {
    b.classList.remove("wrong");
    b.querySelectorAll(".error:not([data-wrong])").forEach(function (p) {
      b.querySelectorAll('[aria-describedby~="' + p.id + '"]').forEach(function (el) {
        el.removeAttribute("aria-invalid");
        el.setAttribute("aria-describedby", el.getAttribute("aria-describedby").split(" ").filter(function (id) { return id !== p.id; }).join(" "));
      });
      p.remove();
    });
    document.querySelectorAll(".errors li > a").forEach(function (a) {
      var at = document.getElementById(a.getAttribute("href").slice(1));
      if (at && b.contains(at)) a.parentNode.remove();
    });
    var head = document.querySelector(".errors");
    if (head && !head.querySelector("li")) head.remove();
  }

  // lost keeps the text on the page and tries again.
  function lost(id, says) {
    if (waiting.indexOf(id) < 0) waiting.unshift(id);
    told(says, false);
    failed = true;
    setTimeout(retry, again);
  }

  function retry() { failed = false; run(); }

  // ours marks what our own pages sent as fit to be read as HTML; it is parsed
  // apart, where nothing runs, and only the choice is taken from it.
  var trust = window.trustedTypes && trustedTypes.createPolicy("capdo", {createHTML: function (s) { return s; }});
  function ours(html) { return trust ? trust.createHTML(html) : html; }

  // clash shows both versions; nothing of either is thrown away.
  function clash(id, html) {
    var b = box(id), made = new DOMParser().parseFromString(ours(html), "text/html").querySelector("[data-clash]");
    if (!made) { lost(id, words.lost); return; }
    b.insertBefore(made, b.firstChild);
    told(words.clash, false);
    made.addEventListener("click", function (e) {
      var take = e.target.dataset && e.target.dataset.take;
      if (!take) return;
      seen(id).value = made.dataset.tag;
      if (take === "theirs") put(id, new URLSearchParams(made.dataset.theirs));
      var focus = b.querySelector("textarea, select, input:not([type=hidden])");
      made.remove();
      told("", true);
      delete b.dataset.sent;
      if (take === "theirs") { b.dataset.sent = body(id); line.textContent = words.taken; }
      if (take === "mine") push(id);
      if (take === "edit") line.textContent = words.edit;
      if (focus) focus.focus();
    });
  }

  // put fills in a field as if it had been typed.
  function put(id, values) {
    box(id).querySelectorAll("input:not([type=hidden]):not([type=file]), textarea, select").forEach(function (el) {
      var all = values.getAll(el.name);
      if (!values.has(el.name) && el.name !== id) return;
      if (el.type === "radio" || el.type === "checkbox") el.checked = all.indexOf(el.value) >= 0;
      else el.value = all[0] || "";
    });
  }

  function fieldOf(el) { var b = el.closest("[data-field]"); return b ? b.dataset.field : ""; }

  form.addEventListener("input", function (e) { var id = fieldOf(e.target); if (id) changed(id, pause); });
  form.addEventListener("change", function (e) { var id = fieldOf(e.target); if (id) changed(id, 0); });
  form.addEventListener("submit", function () { sending = true; Object.keys(timers).forEach(function (id) { clearTimeout(timers[id]); }); waiting = []; });
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden" && !sending) Object.keys(timers).forEach(push);
  });
  window.addEventListener("online", retry);
  window.addEventListener("beforeunload", function (e) { if (!sending && dirty()) { e.preventDefault(); e.returnValue = ""; } });
  window.addEventListener("pageshow", function () { sending = false; });
  document.addEventListener("keydown", function (e) {
    if ((e.ctrlKey || e.metaKey) && e.key === "s") { e.preventDefault(); Object.keys(timers).forEach(push); retry(); }
  });

  // Presence: who else has the page open, every half minute, without a lock.
  var present = document.querySelector("[data-present]");
  function look() {
    if (document.visibilityState === "hidden") return;
    var at = document.activeElement ? fieldOf(document.activeElement) : "";
    fetch(base + "/presence" + query, { method: "POST", credentials: "same-origin", redirect: "manual", body: new URLSearchParams({ at: at }) })
      .then(function (r) { return r.status === 200 ? r.text() : null; })
      .then(function (text) { if (text !== null) present.textContent = text; })
      .catch(function () { /* the line is down: the next look tells */ });
  }
  if (present) setInterval(look, 30000);
})();

// Computes the hash of a paper in the browser, so that the file itself need not
// be sent. Without this script, or without a secure page, the form sends the file.
(function () {
  "use strict";
  var form = document.querySelector("form[data-hash]");
  if (!form || !window.crypto || !window.crypto.subtle) return;
  var file = form.elements.file, hash = form.elements.hash, line = form.querySelector("[data-hash-line]"), whole = form.querySelector("[data-hash-whole]");
  file.addEventListener("change", function () {
    hash.value = line.textContent = "";
    if (!file.files.length) return;
    file.files[0].arrayBuffer().then(function (b) { return crypto.subtle.digest("SHA-256", b); }).then(function (sum) {
      hash.value = Array.from(new Uint8Array(sum), function (x) { return x.toString(16).padStart(2, "0"); }).join("");
      line.textContent = form.dataset.hash;
      whole.hidden = false;
    }).catch(function () { /* the form sends the file */ });
  });
  form.addEventListener("submit", function () { file.disabled = hash.value !== "" && !whole.querySelector("input").checked; });
  window.addEventListener("pageshow", function () { file.disabled = false; });
})();
