// Warns before the session ends, keeps what was typed on the page, and asks to go
// on. Without this script the page says until when the session lasts, and what is
// sent too late waits until its sender has signed in again.
(function () {
  "use strict";
  var at = document.querySelector("[data-left]"), box = document.getElementById("session");
  if (!at || !box || !box.showModal || !window.fetch) return;
  var ends = 0, warned = false, back = null;
  var line = window.BroadcastChannel ? new BroadcastChannel("capdo-session") : null;

  // set takes over a session as the server tells of it: how long it lasts from now
  // on and how long before its end people are warned, in seconds.
  function set(now) {
    ends = Date.now() + now.left * 1000;
    warned = false;
    at.dataset.until = now.until;
    at.dataset.warn = now.warn;
    at.dataset.fixed = now.fixed ? "yes" : "";
    at.dataset.of = now.of;
    at.textContent = at.dataset.says.replace("%s", now.until);
    box.querySelectorAll("[data-until]").forEach(function (el) { el.textContent = now.until; });
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

  // Another window of the same account worked on: the session lasts longer here as
  // well. That of another account, who signed in last in this browser, is now the
  // session of all its windows, however long it lasts.
  function told() { return { left: (ends - Date.now()) / 1000, until: at.dataset.until, warn: at.dataset.warn, fixed: at.dataset.fixed === "yes", of: at.dataset.of }; }
  function tell() { if (line) line.postMessage(told()); }
  if (line) line.onmessage = function (e) { if (e.data.of !== at.dataset.of || e.data.left > told().left) set(e.data); };

  box.querySelector("[data-stay]").addEventListener("click", function () {
    fetch("/session", { method: "POST", credentials: "same-origin", redirect: "manual" })
      .then(function (r) { return r.status === 200 ? r.json() : null; })
      .then(function (now) {
        if (!now) { say("over"); return; }
        set(now);
        tell();
      })
      .catch(function () { say("lost"); });
  });
  box.querySelector("[data-close]").addEventListener("click", function () { box.close(); });
  box.addEventListener("close", function () { if (back && back.focus) back.focus(); });

  ends = Date.now() + Number(at.dataset.left) * 1000;
  set(told());
  tell();
  look();
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
})();
