// Warns before the session ends, keeps what was typed on the page, and asks to go
// on. Without this script the page says until when the session lasts, and what is
// sent too late waits until its sender has signed in again.
(function () {
  "use strict";
  var at = document.querySelector("[data-left]"), box = document.getElementById("session");
  if (!at || !box || !box.showModal || !window.fetch) return;
  var ends = 0, warned = false, back = null;
  var line = window.BroadcastChannel ? new BroadcastChannel("capdo-session") : null;

  // set takes over how long the session lasts from now on, in seconds.
  function set(left, until) {
    ends = Date.now() + left * 1000;
    warned = false;
    at.textContent = at.dataset.says.replace("%s", until);
    box.querySelectorAll("[data-until]").forEach(function (el) { el.textContent = until; });
    if (box.open) box.close();
  }

  function say(which) {
    box.querySelectorAll("[data-when]").forEach(function (el) { el.hidden = el.dataset.when.split(" ").indexOf(which) < 0; });
    if (box.open) return;
    back = document.activeElement;
    box.showModal();
  }

  function look() {
    var left = (ends - Date.now()) / 1000;
    if (left <= 0) { say("over"); return; }
    if (left <= Number(at.dataset.warn) && !warned) { warned = true; say(at.dataset.fixed ? "fixed" : "soon"); }
  }

  // Another window of the same session worked on: it lasts longer here as well.
  function tell() { if (line) line.postMessage({ left: (ends - Date.now()) / 1000, until: at.dataset.until }); }
  if (line) line.onmessage = function (e) { if (e.data.left > (ends - Date.now()) / 1000) { at.dataset.until = e.data.until; set(e.data.left, e.data.until); } };

  box.querySelector("[data-stay]").addEventListener("click", function () {
    fetch("/session", { method: "POST", credentials: "same-origin", redirect: "manual" })
      .then(function (r) { return r.status === 200 ? r.json() : null; })
      .then(function (now) {
        if (!now) { say("over"); return; }
        at.dataset.until = now.until;
        set(now.left, now.until);
        tell();
      })
      .catch(function () { say("lost"); });
  });
  box.querySelector("[data-close]").addEventListener("click", function () { box.close(); });
  box.addEventListener("close", function () { if (back && back.focus) back.focus(); });

  set(Number(at.dataset.left), at.dataset.until);
  tell();
  look();
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
})();
